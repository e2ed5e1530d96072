import { expect } from 'chai';
import { MAX_SLOTS, MAX_SLOT_POLICIES } from '../../src/api/posture.ts';
import type { PostureContent } from '../../src/api/posture.ts';
import { slotLabel } from '../../src/plan/desired-object.ts';
import { posture } from '../../src/status/posture.ts';
import { settle } from '../../src/status/settle.ts';
import { untold } from '../../src/status/transitions.ts';
import { policy, World } from '../plan/world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const times = { detected: '2026-01-01T00:00:00.000Z', now: '2026-01-01T00:00:00.005Z' };
const closed = { networkPolicy: { defaultDeny: ['Ingress'] } };

function report(world: World, previous?: PostureContent): PostureContent {
  const content = posture({
    report: settle(world.plan(), new Map()),
    ...times,
    ...(previous === undefined ? {} : { previous }),
  });
  if (content === undefined) throw new Error('no posture');
  return content;
}

/** Objects that say of themselves that they are ours; their names sort before ours. */
function flood(world: World, count: number, policies = ''): void {
  for (let index = 0; index < count; index += 1) {
    const name = `parapet-a${index}`;
    const metadata = { name, labels: { [slotLabel]: name }, annotations: { 'parapet.dev/policies': policies } };
    const spec = { podSelector: {} };
    world.put({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec }, 'mallory');
  }
}

describe('posture, flooded by a tenant', () => {
  it('keeps the record of what policies ask for, and says that it was cut', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    flood(world, MAX_SLOTS + 50);
    const content = report(world);
    expect(content.slots.find(({ slot }) => slot === deny)).to.include({ state: 'OK', uid: world.get(deny).uid });
    expect(content.truncated).to.equal(true);
    expect(JSON.stringify(content).length).to.be.at.most(32 * 1024);
  });

  it('keeps the record of what a suspended policy holds', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    const previous = report(world);
    world.policies = [policy('baseline', { ...closed, suspend: true })];
    flood(world, MAX_SLOTS + 50, 'baseline');
    expect(report(world, previous).slots.find(({ slot }) => slot === deny)).to.include({ state: 'Frozen' });
  });

  it('counts every slot, also those it has no room for', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    flood(world, MAX_SLOTS + 50);
    expect(report(world).summary).to.include({ slots: MAX_SLOTS + 51, ok: 1, drifted: MAX_SLOTS + 50 });
  });

  it('does not make the same news of what has no room with every look', () => {
    const world = new World([policy('baseline', closed)]);
    world.converge();
    flood(world, MAX_SLOTS + 50);
    const settled = settle(world.plan(), new Map());
    expect(untold(settled, report(world)).enforced).to.deep.equal([]);
  });

  it('stays within what the API server takes, whatever an annotation says', () => {
    const world = new World([]);
    const names = Array.from({ length: 100 }, (_, index) => `policy-${index}`);
    flood(world, 1, ['x'.repeat(254), '', 'A B', ...names].join(','));
    const [slot] = report(world).slots;
    expect(slot?.policies).to.deep.equal(names.slice(0, MAX_SLOT_POLICIES));
    expect(report(world, { ...report(world) }).slots).to.deep.equal(report(world).slots);
  });

  it('is the record of more policies than it has room for together with the annotation', () => {
    const names = Array.from({ length: MAX_SLOT_POLICIES + 10 }, (_, index) => `p${index + 100}`);
    const world = new World(names.map((name) => policy(name, closed)));
    world.converge();
    world.record = report(world).slots.map(({ slot, uid = '', policies }) => ({ slot, uid, policies }));
    // The last one was not recorded; that it is gone must still be seen.
    world.policies = names.slice(0, -1).map((name) => policy(name, {}));
    expect(world.plan().slots[0]).to.include({ slot: deny, state: 'Orphaned' });
  });
});
