import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import type { Cluster } from './harness/cluster.ts';
import { CHILDREN, CLEANUP, convergedWorld, DeletionWorld } from './harness/deletion-world.ts';
import { policy, posture, slot } from './harness/refs.ts';
import { slotReport } from './harness/reports.ts';
import { grantedRights, spelledRight } from './harness/rights.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { eventually, until } from './harness/until.ts';
import { without } from './harness/without-rights.ts';

const COUNT = 40;
const DENY = 'NetworkPolicy/parapet-default-deny';

describe('A policy with deletionPolicy Delete, while the operator comes and goes', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await withoutSharedOperator();
    operator = await start();
  });
  after(() => operator.stop());

  function start(...flags: readonly string[]): Promise<OperatorProcess> {
    return cluster.startOperator({ flags: ['--leader-elect=false', ...flags] });
  }

  function converged(count: number, spec: Readonly<Record<string, unknown>> = {}): Promise<DeletionWorld> {
    return convergedWorld(cluster, count, spec);
  }

  it('deleted while it is down waits for it, and is cleaned up at its start', async () => {
    const world = await converged(2);
    await operator.stop();
    await world.deletePolicy();
    const { metadata } = await cluster.admin.read(policy(world.name));
    expect(metadata.finalizers).to.deep.equal([CLEANUP]);
    expect(await world.objectsIn(world.namespaces[0] ?? '')).to.deep.equal(CHILDREN);
    operator = await start();
    await world.policyGone();
    await world.expectNothingLeft();
  });

  it('deleted with Orphan while it is down is gone, and its objects are found Orphaned', async () => {
    const world = await converged(2, { deletionPolicy: 'Orphan' });
    await operator.stop();
    await world.deletePolicy();
    await world.policyGone();
    operator = await start();
    await world.expectOrphaned();
  });

  it('created while it is down gets its finalizer before its first child', async () => {
    await operator.stop();
    const world = new DeletionWorld(cluster);
    await world.createNamespaces(1);
    await world.createPolicy();
    const since = await cluster.operatorRequests();
    operator = await start();
    await world.converged();
    const [own] = world.namespaces;
    const concerned = writesOf(await since()).filter(
      ({ objectRef }) => objectRef?.namespace === own || objectRef?.name === world.name,
    );
    expect(concerned[0]).to.deep.include({ verb: 'patch' });
    expect(concerned[0]?.objectRef).to.include({ resource: 'clustersecuritypolicies', name: world.name });
    await world.deletePolicy();
    await world.policyGone();
  });

  const whenever: Readonly<Record<string, (act: () => Promise<void>) => Promise<void>>> = {
    'while the operator looks on': (act) => act(),
    'while the operator is stopped for a moment': (act) => operator.unawares(act),
    'while the operator is down': async (act) => {
      await operator.stop();
      await act();
      operator = await start();
    },
  };
  for (const [when, during] of Object.entries(whenever)) {
    it(`takes over what another policy drops ${when}, and it is there all the time`, async () => {
      const [world, before] = [new DeletionWorld(cluster), await converged(1, { deletionPolicy: 'Orphan' })];
      const [own = ''] = before.namespaces;
      const network = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: own };
      const witness = await cluster.admin.watch(network);
      await during(async () => {
        await world.createPolicy({ namespaceSelector: { matchLabels: { suite: before.name } } });
        await before.edit({ networkPolicy: null });
      });
      await eventually('it is handed over', async () => {
        expect(await slotReport(cluster, own, DENY)).to.deep.include({ state: 'OK', policies: [world.name] });
      });
      expect(witness.log(own).filter((line) => line.startsWith('DELETED'))).to.deep.equal([]);
      witness.close();
      for (const each of [world, before]) await each.deletePolicy();
      await world.policyGone();
    });
  }

  it('whose namespace leaves its selection while it is down loses its objects at the start', async () => {
    const world = await converged(1);
    await operator.stop();
    await world.edit({ excludeNames: world.namespaces });
    operator = await start();
    await eventually('nothing is left', () => world.expectNothingLeft());
    await world.deletePolicy();
    await world.policyGone();
  });

  it('is cleaned up by the next one where it is killed half-way, each object deleted once', async () => {
    const world = await converged(COUNT);
    await operator.stop();
    const since = await cluster.operatorRequests();
    const deleted = async (): Promise<readonly AuditEntry[]> =>
      (await since()).filter(({ verb, objectRef, responseStatus }) => {
        const child = objectRef?.resource !== 'namespacepostures' && responseStatus?.code === 200;
        return verb === 'delete' && child;
      });
    await world.deletePolicy();
    for (const share of [0.1, 0.3, 0.6]) {
      operator = await start('--concurrency=2');
      await until('a part is gone', async () => (await deleted()).length > share * COUNT * CHILDREN.length);
      await operator.kill();
      expect(await world.finalizers()).to.deep.equal([CLEANUP]);
    }
    operator = await start();
    await world.policyGone(60_000);
    await world.expectNothingLeft();
    expect(await deleted()).to.have.length(COUNT * CHILDREN.length);
    const created = (await since()).filter(({ verb, objectRef }) => {
      return verb === 'create' && world.namespaces.includes(objectRef?.namespace ?? '');
    });
    expect(created).to.deep.equal([]);
  });

  it('is cleaned up by another replica that takes over half-way', async () => {
    await operator.stop();
    const first = await cluster.startOperator({ flags: ['--concurrency=1'] });
    await first.working();
    const world = await converged(COUNT);
    const second = await cluster.startOperator();
    await second.ready();
    await world.deletePolicy();
    await until('a part is gone', async () => {
      const left = await Promise.all(world.namespaces.map((name) => world.objectsIn(name)));
      return left.some((objects) => objects.length === 0);
    });
    await first.kill();
    await world.policyGone(60_000);
    await world.expectNothingLeft();
    await second.stop();
    operator = await start();
  });

  it('is let go by hand where there is no operator any more: its objects stay', async () => {
    const world = await converged(1);
    await operator.stop();
    await world.deletePolicy();
    expect(await world.finalizers()).to.deep.equal([CLEANUP]);
    const free = JSON.stringify({ metadata: { finalizers: null } });
    await cluster.kubectl(['patch', 'csecpol', world.name, '--type=merge', '--patch', free]);
    await world.policyGone();
    expect(await world.objectsIn(world.namespaces[0] ?? '')).to.deep.equal(CHILDREN);
    operator = await start();
    await world.expectOrphaned();
  });

  it('leaves nothing behind when it is uninstalled as the page says: policies first, then the operator', async () => {
    const world = await converged(2);
    const kept = await converged(1, { deletionPolicy: 'Orphan' });
    await cluster.kubectl(['delete', 'csecpol', world.name, kept.name, '--wait', '--timeout=60s']);
    await operator.stop();
    await world.expectNothingLeft();
    const [own = ''] = kept.namespaces;
    expect(await kept.objectsIn(own)).to.deep.equal(CHILDREN);
    operator = await start();
    await kept.expectOrphaned();
  });

  it('that is refused its finalizer writes nothing, says why, and begins once it may', async () => {
    await operator.stop();
    const finalizer = grantedRights.filter((right) => spelledRight(right) === 'patch clustersecuritypolicies');
    const [world, orphan] = [new DeletionWorld(cluster), new DeletionWorld(cluster)];
    await without(cluster.admin, finalizer, async () => {
      operator = await start();
      await refused(world, orphan);
    });
    await world.converged();
    for (const each of [world, orphan]) await each.deletePolicy();
    await world.policyGone();
    await world.expectNothingLeft();
  });

  /** One policy needs the finalizer that the operator may not write, and another doesn't. */
  async function refused(world: DeletionWorld, orphan: DeletionWorld): Promise<void> {
    await world.createNamespaces(1);
    await orphan.createNamespaces(1);
    await world.createPolicy();
    await orphan.createPolicy({ deletionPolicy: 'Orphan' });
    await orphan.converged();
    await eventually('it says why', async () => {
      const { status } = await cluster.admin.read(policy(world.name));
      const stalled = status.conditions?.find(({ type }) => type === 'Stalled');
      expect(stalled).to.include({ status: 'True', reason: 'PermissionDenied' });
      expect(stalled?.message).to.include('cannot add the finalizer parapet.dev/cleanup');
    });
    expect(await world.objectsIn(world.namespaces[0] ?? '')).to.deep.equal([]);
  }

  it('leaves an object of which its report does not know whose it was', async () => {
    const world = await converged(1);
    const [own = ''] = world.namespaces;
    await operator.stop();
    await cluster.admin.delete(posture(own));
    await cluster.admin.edit(slot(own, DENY), { metadata: { annotations: null } });
    await world.deletePolicy();
    operator = await start();
    await world.policyGone();
    expect(await world.objectsIn(own)).to.deep.equal([DENY]);
    await eventually('it is reported', async () => {
      expect(await slotReport(cluster, own, DENY)).to.include({ state: 'Orphaned' });
    });
  });
});
