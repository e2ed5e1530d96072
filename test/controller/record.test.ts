import { expect } from 'chai';
import { OperatedNamespace } from './support/operated-namespace.ts';

const ACCOUNT = 'ServiceAccount/default';
const LIMITS = 'LimitRange/parapet-limits';

/** A namespace with its default ServiceAccount that has yet to get its limits. */
function inhabited(): OperatedNamespace {
  const world = new OperatedNamespace({
    limitRange: { limits: [{ type: 'Container', default: { memory: '512Mi' } }] },
    defaultServiceAccount: { automountServiceAccountToken: false },
  });
  world.server.put({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } });
  return world;
}

function recorded(world: OperatedNamespace): unknown {
  const { before = '{}' } = world.slotReport(ACCOUNT) ?? {};
  return JSON.parse(before);
}

describe('the record of a namespace', () => {
  it('holds what stood in a field before it was first written', async () => {
    const world = inhabited();
    await world.start();
    expect(recorded(world)).to.deep.equal({ '/automountServiceAccountToken': null });
    await world.stop();
  });

  it('holds it also where another write of the same moment met a conflict, which is not reported', async () => {
    const world = inhabited();
    let conflicts = 1;
    world.beforeCommit = (slot) => {
      if (slot !== LIMITS || conflicts === 0) return;
      world.server.put({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'parapet-limits' } });
    };
    world.beforeAnswer = (slot) => {
      if (slot === LIMITS && conflicts-- > 0) world.server.remove(LIMITS);
    };
    await world.start();
    await world.advance(1_000);
    expect(world.writesOf(LIMITS)).to.have.length(2);
    expect(world.writesOf(ACCOUNT)).to.have.length(1);
    expect(recorded(world)).to.deep.equal({ '/automountServiceAccountToken': null });
    await world.stop();
  });

  it('holds it before the field is written, so that a process which ends then leaves it behind', async () => {
    const world = inhabited();
    let known: unknown;
    world.beforeCommit = (slot) => {
      if (slot === ACCOUNT) known = recorded(world);
    };
    await world.start();
    expect(known).to.deep.equal({ '/automountServiceAccountToken': null });
    expect(world.writesOf('NamespacePosture/parapet')).to.have.length(2);
    await world.stop();
  });

  it('still holds it where another process goes on after the field was written', async () => {
    const world = inhabited();
    world.beforeAnswer = (slot) => {
      if (slot === ACCOUNT) throw new Error('killed');
    };
    await world.start();
    world.beforeAnswer = () => undefined;
    await world.start();
    expect(world.writesOf(ACCOUNT)).to.have.length(1);
    expect(world.slotReport(ACCOUNT)).to.include({ state: 'OK' });
    expect(recorded(world)).to.deep.equal({ '/automountServiceAccountToken': null });
    await world.stop();
  });

  it('is not written ahead again for a repair of what is on record', async () => {
    const world = inhabited();
    await world.start();
    const before = world.writesOf('NamespacePosture/parapet').length;
    await world.tamper(ACCOUNT, { automountServiceAccountToken: true });
    expect(world.writesOf(ACCOUNT)).to.have.length(2);
    expect(world.writesOf('NamespacePosture/parapet')).to.have.length(before + 1);
    await world.stop();
  });

  it('tells of a repair also where the first report of it was refused', async () => {
    const world = inhabited();
    await world.start();
    let refusals = 1;
    world.instead = (slot) =>
      slot.startsWith('NamespacePosture/') && refusals-- > 0 ? { result: 'stale', message: 'modified' } : undefined;
    await world.tamper(LIMITS, { spec: { limits: [] } });
    await world.advance(1_000);
    expect((world.posture.recentRepairs ?? []).map(({ slot }) => slot)).to.deep.equal([LIMITS]);
    await world.stop();
  });
});
