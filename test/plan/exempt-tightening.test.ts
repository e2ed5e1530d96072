import { expect } from 'chai';
import type { PodFacts } from '../../src/slots/workloads.ts';
import { pods, QUOTA, slot, squat, tampered, world, writes } from './exempt-world.ts';
import { exception } from './world.ts';
import type { World } from './world.ts';

const OLD = '{"spec":{"hard":{"pods":"10"}}}';

/** So many pods run, and are counted against the quota where there is one. */
function use(it: World, count: number): void {
  const facts = { containers: [], initContainers: [], requests: {}, limits: {}, overhead: {} };
  const pod = { ...facts, bestEffort: true, terminating: false, priorityClass: '' };
  it.pods = Array.from({ length: count }, (_, index): PodFacts => ({ ...pod, name: `pod-${index}` }));
  const quota = it.live.get(QUOTA);
  if (quota !== undefined) it.live.set(QUOTA, { ...quota, used: { pods: String(count) } });
}

/** A world of which an exception has just ended, while more pods run than the policy's quota allows. */
function ended(spec: Readonly<Record<string, unknown>>, meanwhile: (it: World) => void = () => {}): World {
  const it = world();
  it.exceptions = [exception('ended', spec)];
  it.converge();
  meanwhile(it);
  it.converge();
  it.exceptions = [];
  use(it, 12);
  it.converge();
  return it;
}

const override = { resourceQuotas: [{ name: 'compute', hard: { pods: 50 } }] };

describe('the end of an exception, where tightening holds', () => {
  for (const [effect, it_] of [
    ['Ignore', () => ended({ effect: 'Ignore', slots: [QUOTA] }, (it) => it.tamper(QUOTA, () => tampered))],
    ['Remove', () => ended({ effect: 'Remove', slots: [QUOTA] })],
    ['Override', () => ended({ effect: 'Override', override })],
  ] as const) {
    it(`of effect ${effect} waits for what runs, and comes back by itself once it can`, () => {
      const it = it_();
      expect(slot(it, QUOTA)).to.include({ state: 'Held', reason: 'QuotaBelowUse', exception: 'ended' });
      expect(writes(it)).to.deep.equal([]);
      it.converge();
      expect(slot(it, QUOTA).state).to.equal('Held');
      use(it, 9);
      expect(slot(it, QUOTA).state).to.equal('Pending');
      it.converge();
      expect(pods(it)).to.equal(OLD);
      expect(slot(it, QUOTA)).to.include({ state: 'OK' }).and.not.have.property('exception');
    });
  }

  it('puts back to the override whoever tampers while it waits', () => {
    const it = ended({ effect: 'Override', override });
    it.tamper(QUOTA, () => tampered);
    expect(slot(it, QUOTA).state).to.equal('Modified');
    it.converge();
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"50"}}}');
    expect(slot(it, QUOTA).state).to.equal('Held');
  });

  it('replaces a squatter at once, however many pods he has', () => {
    const it = ended({ effect: 'Remove', slots: [QUOTA] }, (each) => squat(each, 'ResourceQuota', 'parapet-compute'));
    expect(pods(it)).to.equal(OLD);
  });
});
