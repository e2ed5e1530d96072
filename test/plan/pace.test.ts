import { expect } from 'chai';
import fc from 'fast-check';
import { unknownActor } from '../../src/plan/actor.ts';
import {
  afterRepair,
  CONTESTED_MS,
  CONTESTED_REPAIRS,
  dueAt,
  endsAt,
  isContested,
  isFight,
  LONGEST_GAP_MS,
  QUICK_MS,
  QUICK_REPAIRS,
  QUIET_MS,
  resumedPace,
} from '../../src/plan/pace.ts';
import type { Pace } from '../../src/plan/pace.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

/** Repairs at these times. */
function paceOf(times: readonly number[], actor = 'tenant'): Pace {
  return times.reduce<Pace | undefined>((pace, at) => afterRepair(pace, at, actor), undefined) as Pace;
}

/** What becomes of tamperings at these times, where each is repaired as soon as the pace lets it be. */
function fight(tamperings: readonly number[]): {
  readonly repairs: readonly number[];
  readonly open: readonly number[];
} {
  let pace: Pace | undefined;
  const repairs: number[] = [];
  const open: number[] = [];
  for (const at of tamperings) {
    // Tampered with again before its turn: the same drift.
    if (repairs.length > 0 && at < (repairs.at(-1) ?? 0)) continue;
    const mended = pace === undefined ? at : Math.max(at, dueAt(pace));
    pace = afterRepair(pace, mended, 'tenant');
    repairs.push(mended);
    open.push(mended - at);
  }
  return { repairs, open };
}

/** Times of tamperings: bursts, steady fights and long pauses. */
const tamperings = fc
  .array(fc.oneof(fc.nat(50), fc.nat(20 * SECOND), fc.nat(15 * MINUTE)), { minLength: 1, maxLength: 200 })
  .map((gaps) =>
    gaps.map(
      (
        (at) => (gap) =>
          (at += gap)
      )(0),
    ),
  );

describe('pace', () => {
  it('makes three repairs at once, and then waits 1, 2, 4, 8 and never more than 15 seconds between two', () => {
    const { repairs } = fight(Array.from({ length: 200 * SECOND }, (_, ms) => ms));
    const gaps = repairs.slice(1).map((at, index) => Math.round((at - (repairs[index] ?? 0)) / SECOND));
    expect(gaps.slice(0, 10)).to.deep.equal([0, 0, 1, 2, 4, 8, 15, 15, 15, 15]);
  });

  it('leaves whoever tampers four times in a row no more than a second', () => {
    const { open } = fight([0, 10, 20, 30]);
    expect(open.slice(0, 3)).to.deep.equal([0, 0, 0]);
    expect(open[3]).to.be.within(1, SECOND);
  });

  it('waits for none that come further apart than three in a minute', () => {
    const halfMinutes = Array.from({ length: 50 }, (_, index) => index * (QUICK_MS / 2 + 1));
    expect(fight(halfMinutes).open.every((ms) => ms === 0)).to.equal(true);
  });

  const contests: readonly {
    readonly title: string;
    readonly times: readonly number[];
    readonly contested: boolean;
  }[] = [
    { title: 'nine repairs', times: range(CONTESTED_REPAIRS - 1, MINUTE), contested: false },
    { title: 'ten repairs, however slow', times: range(CONTESTED_REPAIRS, 9 * MINUTE), contested: true },
    { title: 'paced ones for ten minutes', times: [0, 1, 2, 5 * MINUTE, CONTESTED_MS], contested: true },
    { title: 'paced ones for less', times: [0, 1, 2, 5 * MINUTE, CONTESTED_MS - 1], contested: false },
    { title: 'slow ones for ten minutes', times: [0, 5 * MINUTE, CONTESTED_MS], contested: false },
  ];
  for (const { title, times, contested } of contests) {
    it(`${contested ? 'calls' : 'does not call'} an object contested after ${title}`, () => {
      expect(isContested(paceOf(times))).to.equal(contested);
    });
  }

  it('forgets all after ten minutes without a repair, and nothing before', () => {
    const pace = paceOf(range(CONTESTED_REPAIRS, 1));
    const end = endsAt(pace);
    expect(end).to.equal(CONTESTED_REPAIRS - 1 + QUIET_MS);
    expect(afterRepair(pace, end, 'tenant')).to.deep.equal(paceOf([end]));
    expect(afterRepair(pace, end - 1, 'tenant').repairs).to.equal(CONTESTED_REPAIRS + 1);
  });

  it('names the last manager that could be told, for deletions leave no name', () => {
    const named = afterRepair(paceOf([0], 'argocd'), 1, unknownActor);
    expect(named.manager).to.equal('argocd');
    expect(afterRepair(named, 2, 'helm').manager).to.equal('helm');
    expect(paceOf([0], unknownActor).manager).to.equal(unknownActor);
  });

  it('bounds the repairs of any minute and the time anything stays open, whatever is done', () => {
    fc.assert(
      fc.property(tamperings, (times) => {
        const { repairs, open } = fight(times);
        const inAMinute = repairs.map((from) => repairs.filter((at) => at >= from && at <= from + MINUTE).length);
        // Three at once, and after 1, 3, 7, 15, 30, 45 and 60 seconds.
        expect(Math.max(...inAMinute)).to.be.at.most(QUICK_REPAIRS + 7);
        expect(Math.max(...open)).to.be.at.most(LONGEST_GAP_MS);
      }),
    );
  });

  it('repairs at once what is tampered with after a quiet time, whatever was before', () => {
    fc.assert(
      fc.property(tamperings, fc.nat(MINUTE), (times, more) => {
        const last = fight(times).repairs.at(-1) ?? 0;
        const { open } = fight([...times.filter((at) => at <= last), last + LONGEST_GAP_MS + more]);
        expect(open.at(-1)).to.equal(0);
      }),
    );
  });

  it('goes on no faster when it is taken up again from what a report recorded', () => {
    fc.assert(
      fc.property(tamperings, (times) => {
        const pace = paceOf(fight(times).repairs);
        fc.pre(isFight(pace));
        const resumed = resumedPace(pace, pace.latest.at(-1) ?? 0);
        expect(dueAt(resumed)).to.be.at.least(dueAt(pace));
        expect(isContested(resumed)).to.equal(isContested(pace));
        expect(endsAt(resumed)).to.equal(endsAt(pace));
      }),
    );
  });
});

function range(count: number, step: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index * step);
}
