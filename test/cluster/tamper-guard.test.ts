import { expect } from 'chai';
import { POSTURE_NAME } from '../../src/api/resources.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { objectKindOf, wholeKinds } from '../../src/slots/object-kinds.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { ApiClient } from './harness/api-client.ts';
import { uniqueName } from './harness/cluster.ts';
import { guardedCluster, policyWithRoles, refusal } from './harness/guarded-cluster.ts';
import type { GuardedCluster } from './harness/guarded-cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import type { Ref } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { until } from './harness/until.ts';
import { tamperings, targets } from './tamperings.ts';

const TEAM = 'drift-a'; // of fixtures/drift.yaml
const TAMPERS =
  /'tamper\.parapet\.dev'.*(CREATE|UPDATE|DELETE) of \S+ in namespace \S+ is refused.*ClusterRole parapet-break-glass/;

/** An object of each kind, under a name of Parapet's, as somebody might squat it. */
function squatters(metadata: object): readonly KubeObject[] {
  return targets
    .map(({ slot: spelled, squatter }) => ({ kind: spelled.split('/')[0] ?? '', squatter }))
    .map(({ kind, squatter }) => ({ ...kindOf(kind), metadata: metadata as KubeObject['metadata'], ...squatter }));
}

function kindOf(kind: string): Pick<KubeObject, 'apiVersion' | 'kind'> {
  const objectKind = objectKindOf(kind);
  if (objectKind === undefined) throw new Error(`${kind} is no kind of the registry`);
  return { apiVersion: apiVersionOf(objectKind.resource), kind };
}

function refTo({ apiVersion, kind, metadata }: KubeObject): Ref {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
}

describe('tamper.parapet.dev on a real API server', function () {
  this.timeout(90_000);
  let cluster: GuardedCluster;
  let operator: OperatorProcess;
  let breaker: ApiClient;

  before(async () => {
    cluster = await guardedCluster();
    breaker = cluster.holder('break-glass');
    operator = await cluster.startOperator();
    await operator.working();
    await cluster.applyFixture('drift');
    await reconciled(cluster, 'drift', '3/3');
  });
  after(() => operator.stop());

  it('lets the operator create all of a posture, its report and its status', async () => {
    for (const target of targets) await cluster.admin.read(slot(TEAM, target.slot));
    expect((await cluster.admin.read(posture(TEAM))).summary).to.include({ state: 'Compliant' });
  });

  it('speaks of every kind that slots are made of', () => {
    expect(new Set(targets.map((target) => target.slot.split('/')[0]))).to.deep.equal(
      new Set(wholeKinds.map(({ resource }) => resource.kind)),
    );
  });

  for (const target of targets) {
    for (const { title, tamper } of tamperings) {
      it(`lets nobody have ${target.slot} ${title}`, async () => {
        const ref = slot(TEAM, target.slot);
        const before = await cluster.admin.read(ref);
        const message = await refusal(() => tamper(cluster.gitops, ref, target));
        expect(message).to.match(TAMPERS).and.to.include(`/${ref.name} in namespace ${TEAM} `);
        expect(message).to.have.length.below(1024);
        expect((await cluster.admin.read(ref)).metadata).to.include({
          uid: before.metadata.uid,
          resourceVersion: before.metadata.resourceVersion,
        });
      });
    }
  }

  describe('to whoever has no business with it', () => {
    let team: string;
    before(async () => {
      team = await cluster.createNamespace();
    });

    it('refuses names parapet-*, given or generated, also as a dry run, and by apply', async () => {
      for (const named of squatters({ name: 'parapet-x', namespace: team })) {
        expect(await refusal(() => cluster.gitops.create(named))).to.match(TAMPERS);
        expect(await refusal(() => cluster.gitops.tryCreate(named))).to.match(TAMPERS);
        expect(await refusal(() => cluster.gitops.apply(named))).to.match(TAMPERS);
      }
      for (const generated of squatters({ generateName: 'parapet-', namespace: team })) {
        expect(await refusal(() => cluster.gitops.create(generated))).to.match(TAMPERS);
      }
    });

    it('leaves every other name alone', async () => {
      for (const object of squatters({ name: 'parapets', namespace: team })) {
        await cluster.gitops.create(object);
        await cluster.gitops.edit(refTo(object), { metadata: { labels: { a: 'b' } } });
        await cluster.gitops.delete(refTo(object));
      }
    });

    it('refuses a deletecollection that meets one of ours, and one of the reports', async () => {
      for (const { resource } of wholeKinds) {
        const all = { apiVersion: apiVersionOf(resource), kind: resource.kind, namespace: TEAM };
        expect(await refusal(() => cluster.gitops.deleteAll(all)), resource.kind).to.match(TAMPERS);
      }
      const reports = { ...posture(TEAM), namespace: TEAM };
      expect(await refusal(() => cluster.gitops.deleteAll(reports))).to.match(TAMPERS);
    });

    it('refuses what would delete or hold ours later: owners and finalizers', async () => {
      const ref = slot(TEAM, 'NetworkPolicy/parapet-default-deny');
      const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: '00000000-0000-0000-0000-000000000000' };
      for (const metadata of [{ ownerReferences: [owner] }, { finalizers: ['example.com/hold'] }]) {
        expect(await refusal(() => cluster.gitops.edit(ref, { metadata }))).to.match(TAMPERS);
      }
    });

    it('refuses to forge, change and remove a report', async () => {
      const { apiVersion, kind } = posture(team);
      const { summary, slots } = await cluster.admin.read(posture(TEAM));
      const forged = { apiVersion, kind, metadata: { name: POSTURE_NAME, namespace: team }, summary, slots };
      expect(await refusal(() => cluster.gitops.create(forged))).to.match(TAMPERS);
      expect(await refusal(() => cluster.gitops.edit(posture(TEAM), { slots: [] }))).to.match(TAMPERS);
      expect(await refusal(() => cluster.gitops.delete(posture(TEAM)))).to.match(TAMPERS);
    });
  });

  it('lets whoever may break glass do all of it, which the operator then repairs', async () => {
    const [edited] = tamperings.filter(({ title }) => title === 'edited');
    for (const target of targets) {
      const ref = slot(TEAM, target.slot);
      const { uid, labels, annotations } = (await cluster.admin.read(ref)).metadata;
      await edited?.tamper(breaker, ref, target);
      await until(`${target.slot} is repaired`, async () => {
        const { recentRepairs = [] } = await cluster.admin.read(posture(TEAM));
        return recentRepairs.some((repair) => repair.slot === target.slot);
      });
      expect((await cluster.admin.read(ref)).metadata).to.deep.include({ uid, labels, annotations });
      await breaker.delete(ref);
      await until(`${target.slot} is there again`, () => cluster.admin.get(ref));
    }
  });

  it('lets the operator keep a policy with roles by its finalizer, and take away what it held', async () => {
    const name = uniqueName('leaving');
    const team = await cluster.createNamespace({ guards: name });
    const { spec, ...object } = policyWithRoles(name) as KubeObject & { readonly spec: object };
    await cluster.holder('grant').create({ ...object, spec: { ...spec, deletionPolicy: 'Delete' } });
    await reconciled(cluster, name, '1/1');
    const { metadata } = await cluster.admin.read(policy(name));
    expect(metadata.finalizers).to.deep.equal(['parapet.dev/cleanup']);
    await cluster.admin.read(slot(team, 'RoleBinding/parapet-viewer'));
    await cluster.gitops.delete(policy(name));
    await until('the policy is gone', async () => (await cluster.admin.get(policy(name))) === undefined);
    expect(await cluster.admin.get(slot(team, 'RoleBinding/parapet-viewer'))).to.equal(undefined);
    expect(await cluster.admin.get(slot(team, 'Role/parapet-viewer'))).to.equal(undefined);
  });

  it('lets a namespace with all of it be deleted by somebody without the verb', async () => {
    const team = await cluster.createNamespace({ suite: 'drift' });
    await reconciled(cluster, 'drift', '4/4');
    await cluster.gitops.delete(namespace(team));
    await until('it is gone', async () => (await cluster.admin.get(namespace(team))) === undefined, 40_000);
    await reconciled(cluster, 'drift', '3/3');
  });

  it('lets garbage be collected, in the background and in the foreground', async () => {
    for (const propagationPolicy of ['Background', 'Foreground']) {
      const team = await cluster.createNamespace();
      const metadata = { name: uniqueName('owner'), namespace: team };
      const { metadata: owner } = await cluster.admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
      const reference = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: owner.name,
        uid: owner.uid,
        blockOwnerDeletion: true,
      };
      const owned = squatters({ name: 'parapet-owned', namespace: team, ownerReferences: [reference] });
      for (const object of owned) await breaker.create(object);
      const path = `/api/v1/namespaces/${team}/configmaps/${owner.name}`;
      await cluster.gitops.call({ method: 'DELETE', path, body: { propagationPolicy } });
      for (const object of owned) {
        await until(`${object.kind} is collected`, async () => (await cluster.admin.get(refTo(object))) === undefined);
      }
    }
  });

  it('lets Kubernetes count what a quota of ours is used for', async () => {
    const team = await cluster.createNamespace();
    const root = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt', namespace: team };
    await until('the namespace has what every one gets', () => cluster.admin.get(root));
    const metadata = { name: 'parapet-counted', namespace: team };
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { configmaps: '9' } } };
    await breaker.create(quota);
    const used = async (): Promise<number> => {
      const { status } = (await cluster.admin.read(refTo(quota))) as { status?: { used?: { configmaps?: string } } };
      return Number(status?.used?.configmaps);
    };
    const before = await until('the controller has counted', async () => {
      const count = await used();
      return !Number.isNaN(count) && { count };
    });
    await cluster.gitops.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'more', namespace: team } });
    await until('admission has counted', async () => (await used()) === before.count + 1);
    await cluster.gitops.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'more', namespace: team });
    await until('the controller has counted again', async () => (await used()) === before.count);
  });

  describe('at the end', () => {
    it('does not keep the reports when their CRD is removed', async () => {
      const name = 'namespacepostures.parapet.dev';
      const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
      await operator.stop();
      await cluster.admin.delete(crd);
      await until('it is gone', async () => (await cluster.admin.get(crd)) === undefined);
      await cluster.kubectl(['apply', '-f', 'crds/']);
    });
  });
});
