import { expect } from 'chai';
import fc from 'fast-check';
import { LONGEST_GAP_MS, QUIET_MS } from '../../src/plan/pace.ts';
import { closed, DENY, FoughtNamespace, networkPolicy, opened, SECOND } from './support/fought-namespace.ts';

describe('resumed', function () {
  this.timeout(30_000);
  let operated: FoughtNamespace;

  async function operate(): Promise<FoughtNamespace> {
    operated = new FoughtNamespace({ networkPolicy });
    await operated.start();
    await operated.advance(SECOND);
    return operated;
  }
  afterEach(() => operated.stop());

  it('goes on after a restart at the pace it had, and has nothing to write', async () => {
    await operate();
    await operated.fight(100 * SECOND);
    const { since, repairs = 0 } = operated.slotReport(DENY)?.contest ?? {};
    const [writes, last] = [operated.writes.length, operated.writesOf(DENY).at(-1) ?? 0];
    await operated.start();
    expect(operated.writes).to.have.length(writes);
    const [next = 0, ...more] = await operated.fight(60 * SECOND);
    expect(next - last).to.be.within(LONGEST_GAP_MS - 1, LONGEST_GAP_MS + 100);
    expect(more).to.have.length(3);
    const after = operated.slotReport(DENY);
    expect(after).to.include({ reason: 'Contested' });
    expect(after?.contest).to.include({ since, repairs: repairs + 4 });
  });

  it('counts, after a restart, the quick repairs that were made before it', async () => {
    await operate();
    for (let round = 0; round < 2; round += 1) await operated.tamper(DENY, opened);
    await operated.start();
    await operated.tamper(DENY, opened);
    expect(operated.isOpen).to.equal(false);
    await operated.tamper(DENY, opened);
    expect(operated.isOpen).to.equal(true);
    await operated.advance(SECOND);
    expect(operated.isOpen).to.equal(false);
  });

  it('ends a fight on time that a restart has cut in two', async () => {
    await operate();
    await operated.fight(100 * SECOND);
    await operated.advance(LONGEST_GAP_MS);
    const last = operated.writesOf(DENY).at(-1) ?? 0;
    await operated.advance(QUIET_MS / 2);
    await operated.start();
    await operated.advance(last + QUIET_MS - 1 - operated.now);
    expect(operated.conditions).to.deep.equal(['Ready', 'Contested']);
    await operated.advance(2 * SECOND);
    expect(operated.conditions).to.deep.equal(['Ready']);
  });

  it('gives in to no order of tamperings, deletions and restarts: nothing stays open for more than 15 seconds', async () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(2 * SECOND), fc.nat(40 * SECOND)),
      what: fc.constantFrom('open', 'open', 'open', 'delete', 'restart', 'close'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await operate();
        for (const { afterMs, what } of steps) {
          await operated.advance(afterMs);
          const there = operated.server.get(DENY) !== undefined;
          if (what === 'restart') await operated.start();
          if (what === 'open' && there) await operated.tamper(DENY, opened);
          if (what === 'close' && there) await operated.tamper(DENY, { spec: closed });
          if (what === 'delete' && there) await operated.remove(DENY);
        }
        const repairs = operated.writesOf(DENY).slice(1);
        for (const from of repairs) {
          expect(repairs.filter((at) => at >= from && at <= from + 60 * SECOND).length).to.be.at.most(10);
        }
        const from = operated.now;
        await operated.advance(LONGEST_GAP_MS);
        expect(operated.contentOf(DENY)).to.deep.equal(closed);
        expect(operated.writesOf(DENY).every((at) => at <= from + LONGEST_GAP_MS)).to.equal(true);
        await operated.stop();
      }),
      { numRuns: 30 },
    );
  });
});
