import { expect } from 'chai';
import { spelled, writesOf } from '../../hack/support/audit-log.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { CHILDREN, CLEANUP, convergedWorld, DeletionWorld } from './harness/deletion-world.ts';
import { namespace, policy, slot } from './harness/refs.ts';
import { conditionsOf, messageOf, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const QUOTA = 'ResourceQuota/parapet-compute';

describe('A policy with deletionPolicy Delete', function () {
  this.timeout(90_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
  });

  function converged(count: number, spec: Readonly<Record<string, unknown>> = {}): Promise<DeletionWorld> {
    return convergedWorld(cluster, count, spec);
  }

  /** Somebody's finalizer on one of the objects. */
  async function hold(inNamespace: string, object: string, ...finalizers: readonly string[]): Promise<void> {
    await cluster.admin.edit(slot(inNamespace, object), { metadata: { finalizers } });
  }

  /** How long a policy takes to go, and to say what keeps it, is up to the operator. */
  async function keptBy(world: DeletionWorld, words: string): Promise<void> {
    await eventually('the policy says what keeps it', async () => {
      const { status } = await cluster.admin.read(policy(world.name));
      expect(messageOf(status, 'Ready')).to.include(words);
      expect(conditionsOf(status)).to.include({ Ready: 'Unknown/Deleting', Reconciling: 'True/Deleting' });
    });
  }

  it('gets its finalizer before its first child, and its spec is never written', async () => {
    const since = await cluster.operatorRequests();
    const world = await converged(1);
    const { metadata } = await cluster.admin.read(policy(world.name));
    expect(metadata).to.deep.include({ finalizers: [CLEANUP], generation: 1 });
    const [own = ''] = world.namespaces;
    const concerned = writesOf(await since())
      .map(spelled)
      .filter((line) => line.includes(own) || line.endsWith(`/${world.name}`));
    expect(concerned[0]).to.equal(`patch clustersecuritypolicies /${world.name}`);
    expect(concerned.filter((line) => line.startsWith('create '))).to.have.length(CHILDREN.length + 1);
    await world.deletePolicy();
    await world.policyGone();
  });

  it('takes all its objects along, in safe order, and goes; what others put there stays as it is', async () => {
    const world = await converged(3);
    const [own = ''] = world.namespaces;
    const theirs = await cluster.admin.create({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'team', namespace: own },
      spec: { hard: { pods: '5' } },
    });
    const witness = await cluster.admin.watch({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: own,
    });
    await world.deletePolicy();
    await world.policyGone();
    const quota = await cluster.admin.get({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: own, name: 'team' });
    expect(quota).to.deep.include({ spec: { hard: { pods: '5' } } });
    expect(quota?.metadata.uid).to.equal(theirs.metadata.uid);
    await cluster.admin.delete({ apiVersion: 'v1', kind: 'ResourceQuota', namespace: own, name: 'team' });
    await world.expectNothingLeft();
    expect(witness.log(own)).to.deep.equal(['DELETED parapet-default-deny', 'DELETED parapet-allow-dns']);
    witness.close();
  });

  it('puts back, before it goes, what stood in the fields that it set', async () => {
    const world = await converged(1, { defaultServiceAccount: { automountServiceAccountToken: false } });
    const [own = ''] = world.namespaces;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: own, name: 'default' };
    expect(await cluster.admin.get(account)).to.include({ automountServiceAccountToken: false });
    await world.deletePolicy();
    await world.policyGone();
    expect(await cluster.admin.get(account)).not.to.have.property('automountServiceAccountToken');
    await world.expectNothingLeft();
  });

  it('leaves a direction closed that another policy closes', async () => {
    const world = await converged(1);
    const beside = new DeletionWorld(cluster);
    const namespaceSelector = { matchLabels: { suite: world.name } };
    const only = { resourceQuotas: undefined, limitRange: undefined, roles: undefined };
    await beside.createPolicy({ ...only, namespaceSelector, networkPolicy: { defaultDeny: ['Egress'] } });
    await eventually('both hold it', async () => {
      const { policies } = await slotReport(cluster, world.namespaces[0] ?? '', DENY);
      expect(policies).to.have.members([world.name, beside.name]);
    });
    await world.deletePolicy();
    await world.policyGone();
    const [own = ''] = world.namespaces;
    expect(await world.objectsIn(own)).to.deep.equal([DENY]);
    const { spec } = await cluster.admin.read(slot(own, DENY));
    expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Egress'] });
    await beside.deletePolicy();
    await beside.policyGone();
    await world.expectNothingLeft();
  });

  it('is kept, and says by what, while somebody keeps one of its objects', async () => {
    const world = await converged(2);
    const [own = ''] = world.namespaces;
    await hold(own, QUOTA, 'example.org/wait');
    await world.deletePolicy();
    await keptBy(world, `kept by ${QUOTA} in ${own}: deleted, but kept by its finalizers: example.org/wait`);
    const { metadata, status } = await cluster.admin.read(policy(world.name));
    expect(metadata.finalizers).to.deep.equal([CLEANUP]);
    expect(conditionsOf(status)).to.include({ Degraded: 'True/HeldByFinalizer' });
    expect(messageOf(status, 'Ready')).to.include('in 1 namespace').and.include('"deletionPolicy":"Orphan"');
    await hold(own, QUOTA);
    await world.policyGone();
    await world.expectNothingLeft();
  });

  it('leaves what is left when it is turned to Orphan half-way', async () => {
    const world = await converged(1);
    const [own = ''] = world.namespaces;
    await hold(own, QUOTA, 'example.org/wait');
    await refuseDeletion(world, own);
    await world.deletePolicy();
    await keptBy(world, 'test-keep'); // the default-deny is refused, and its allow waits for it
    await world.edit({ deletionPolicy: 'Orphan' });
    await world.policyGone();
    const kept = await world.objectsIn(own);
    expect(kept).to.include.members([DENY, 'NetworkPolicy/parapet-allow-dns', QUOTA]);
    await eventually('it is Orphaned', async () => {
      expect(await slotReport(cluster, own, DENY)).to.include({ state: 'Orphaned', reason: 'PolicyGone' });
    });
    expect(await world.objectsIn(own)).to.deep.equal(kept);
    await hold(own, QUOTA);
  });

  for (const [title, spec] of [
    ['suspended', { suspend: true }],
    ['in Audit mode', { mode: 'Audit' }],
    ['turned to Orphan', { deletionPolicy: 'Orphan' }],
  ] as const) {
    it(`goes at once and leaves its objects when it is ${title}`, async () => {
      const world = await converged(1);
      await world.edit(spec);
      await world.deletePolicy();
      await world.policyGone();
      await world.expectOrphaned();
    });
  }

  it('gets and loses the finalizer as it is edited, and its objects stay untouched', async () => {
    const world = await converged(1, { deletionPolicy: 'Orphan' });
    const [own = ''] = world.namespaces;
    const versions = async (): Promise<readonly unknown[]> =>
      Promise.all(
        [DENY, 'LimitRange/parapet-limits'].map(
          async (id) => (await cluster.admin.read(slot(own, id))).metadata.resourceVersion,
        ),
      );
    const before = await versions();
    expect(await world.finalizers()).to.deep.equal([]);
    await world.edit({ deletionPolicy: 'Delete' });
    await world.converged();
    expect(await world.finalizers()).to.deep.equal([CLEANUP]);
    await cluster.admin.edit(policy(world.name), { metadata: { finalizers: [] } });
    await eventually('it is put back', async () => expect(await world.finalizers()).to.deep.equal([CLEANUP]));
    await world.edit({ deletionPolicy: 'Orphan' });
    await eventually('it is gone', async () => expect(await world.finalizers()).to.deep.equal([]));
    await world.converged();
    expect(await versions()).to.deep.equal(before);
    await world.deletePolicy();
    await world.policyGone();
    await world.expectOrphaned();
  });

  it('waits for no terminating namespace', async () => {
    const world = await converged(2);
    const [going = '', staying = ''] = world.namespaces;
    await hold(going, QUOTA, 'example.org/wait');
    await cluster.admin.delete(namespace(going));
    await eventually('only what is held is left there', async () => {
      expect(await world.objectsIn(going)).to.deep.equal([QUOTA]);
    });
    await world.deletePolicy();
    await world.policyGone();
    expect(await world.objectsIn(staying)).to.deep.equal([]);
    expect(await world.objectsIn(going)).to.deep.equal([QUOTA]);
    await hold(going, QUOTA);
  });

  it('is kept by nothing when the last namespace that holds something is deleted', async () => {
    const world = await converged(1);
    const [own = ''] = world.namespaces;
    await hold(own, QUOTA, 'example.org/wait');
    await world.deletePolicy();
    await keptBy(world, 'example.org/wait');
    await cluster.admin.delete(namespace(own));
    await world.policyGone();
    await hold(own, QUOTA);
  });

  it('cleans up where it holds something without selecting the namespace any more', async () => {
    const world = await converged(1);
    const [own = ''] = world.namespaces;
    await world.edit({ suspend: true });
    await cluster.admin.edit(namespace(own), { metadata: { labels: { suite: null } } });
    await eventually('it is frozen there', async () => {
      expect(await slotReport(cluster, own, DENY)).to.include({ state: 'Frozen' });
    });
    await hold(own, QUOTA, 'example.org/wait');
    await world.edit({ suspend: false });
    await world.deletePolicy();
    await keptBy(world, 'example.org/wait');
    await hold(own, QUOTA);
    await world.policyGone();
    await world.expectNothingLeft();
  });

  /** An admission policy that refuses the deletion of NetworkPolicies in one namespace. */
  async function refuseDeletion(world: DeletionWorld, inNamespace: string): Promise<void> {
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const metadata = { name: `test-keep-${world.name}` };
    await cluster.admin.create({
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['networking.k8s.io'],
              apiVersions: ['v1'],
              resources: ['networkpolicies'],
              operations: ['DELETE'],
            },
          ],
        },
        matchConditions: [{ name: 'here', expression: `request.namespace == '${inNamespace}'` }],
        validations: [{ expression: 'false', message: 'test-keep' }],
      },
    });
    await cluster.admin.create({
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name, validationActions: ['Deny'] },
    });
    const path = `/apis/networking.k8s.io/v1/namespaces/${inNamespace}/networkpolicies/parapet-default-deny?dryRun=All`;
    await eventually('it is in force', async () => {
      const refused = await cluster.admin.call({ method: 'DELETE', path }).catch((error: unknown) => String(error));
      expect(refused).to.include('test-keep');
    });
  }
});
