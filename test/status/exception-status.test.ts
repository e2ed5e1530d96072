import { expect } from 'chai';
import { decodeException } from '../../src/api/decode-exception.ts';
import { exceptionStatus } from '../../src/status/exception-status.ts';
import type { ExceptionSituation } from '../../src/status/exception-status.ts';
import { exception } from '../plan/world.ts';

const DAY = 24 * 3_600_000;
const NOW = '2029-01-01T00:00:00Z';
const LATER = '2029-01-02T00:00:00Z';
const broken = decodeException({
  apiVersion: 'parapet.dev/v1alpha1',
  kind: 'SecurityException',
  metadata: { name: 'broken' },
  spec: { effect: 'Gone' },
});

function situation(members: Partial<ExceptionSituation>): ExceptionSituation {
  return {
    exception: exception('free', { effect: 'Ignore' }),
    standing: 'active',
    maxDurationMs: 90 * DAY,
    covered: new Map(),
    unseen: 0,
    now: NOW,
    ...members,
  };
}

function told(members: Partial<ExceptionSituation>): readonly string[] {
  const { conditions = [] } = exceptionStatus(situation(members));
  return conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

function message(members: Partial<ExceptionSituation>): string {
  return exceptionStatus(situation(members)).conditions?.[0]?.message ?? '';
}

const somewhere = new Map([
  ['shop', 2],
  ['bank', 1],
  ['empty', 0],
]);

describe('exceptionStatus', () => {
  for (const [title, members, conditions] of [
    ['covers something', { covered: somewhere }, ['Ready=True InEffect']],
    [
      'covers nothing',
      { covered: new Map([['shop', 0]]) },
      ['Ready=True MatchesNothing', 'Degraded=True MatchesNothing'],
    ],
    [
      'was not looked at everywhere',
      { covered: somewhere, unseen: 1 },
      ['Ready=Unknown Progressing', 'Reconciling=True Progressing'],
    ],
    ['has ended', { standing: 'expired', covered: somewhere }, ['Ready=True Expired', 'Degraded=True Expired']],
    ['lasts too long', { standing: 'tooLong' }, ['Ready=False TooLong', 'Stalled=True TooLong']],
    [
      'has a fault',
      { standing: 'invalid', exception: broken },
      ['Ready=False InvalidSpec', 'Stalled=True InvalidSpec'],
    ],
  ] as const) {
    it(`is ${conditions.join(', ')} where it ${title}`, () => {
      expect(told(members as Partial<ExceptionSituation>)).to.deep.equal(conditions);
    });
  }

  it('counts what it covers, and names the first namespaces', () => {
    const covered = new Map(Array.from({ length: 12 }, (_, index) => [`team-${String(index).padStart(2, '0')}`, 2]));
    const { matched } = exceptionStatus(situation({ covered: new Map([...covered].toReversed()) }));
    expect(matched).to.include({ namespaces: 12, slots: 24 });
    expect(matched?.names).to.have.length(10);
    expect(matched?.names[0]).to.equal('team-00');
  });

  it('covers nothing once it has ended, whatever it did before', () => {
    const { matched } = exceptionStatus(situation({ standing: 'expired', covered: somewhere }));
    expect(matched).to.deep.equal({ namespaces: 0, slots: 0, names: [] });
  });

  it('says what to do', () => {
    expect(message({ covered: somewhere })).to.equal(
      'Ignore covers 3 slots in 2 namespaces until 2030-01-31T18:00:00Z',
    );
    expect(
      message({ exception: exception('x', { effect: 'Remove', policyNames: ['a'], slots: ['Role/*'] }) }),
    ).to.equal(
      'covers nothing: where it selects, none of a asks for one of Role/*; check namespaceSelector, includeNames, policyNames and slots; next: kubectl get csecpol,ns --show-labels',
    );
    expect(message({ standing: 'tooLong' })).to.include('longer than 90d (--max-exception-duration)');
    expect(message({ standing: 'invalid', exception: broken })).to.match(
      /^it has no effect: spec\.\w+: .* \(and \d+ more\); next: kubectl explain securityexceptions\.spec\.\w+$/,
    );
  });

  it('stays the same where nothing happened, and keeps the time of the last transition', () => {
    const first = exceptionStatus(situation({ covered: somewhere }));
    expect(exceptionStatus(situation({ covered: somewhere, previous: first, now: LATER }))).to.deep.equal(first);
    const ended = exceptionStatus(situation({ standing: 'expired', previous: first, now: LATER }));
    const times = ended.conditions?.map(({ type, lastTransitionTime }) => `${type} ${lastTransitionTime}`);
    expect(times).to.deep.equal([`Ready ${NOW}`, `Degraded ${LATER}`]);
  });

  it('ends every condition that tells of trouble with the next command, however long its lists are', () => {
    const names = Array.from({ length: 64 }, (_, index) => `${'n'.repeat(250)}${index}`);
    const long = { ...exception('long', { effect: 'Remove' }), policyNames: names, slots: names };
    for (const each of [
      situation({ exception: long }),
      situation({ standing: 'expired' }),
      situation({ standing: 'tooLong' }),
      situation({ standing: 'invalid', exception: broken }),
    ]) {
      const { conditions = [] } = exceptionStatus(each);
      for (const { message: text } of conditions) expect(text).to.match(/; next: kubectl \S+ [^…]+$/);
    }
  });

  it('stays below 16 KiB with names as long as they may be', () => {
    const names = Array.from({ length: 64 }, (_, index) => `${'n'.repeat(250)}${index}`);
    const long = { ...exception('long', { effect: 'Remove' }), policyNames: names, slots: names };
    const covered = new Map(names.map((name) => [name.slice(-63), 1]));
    for (const each of [situation({ exception: long }), situation({ exception: long, covered })]) {
      expect(JSON.stringify(exceptionStatus(each)).length).to.be.below(16 * 1024);
    }
  });
});
