import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { sharedCluster, uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy, posture, slot } from './harness/refs.ts';
import type { Ref } from './harness/refs.ts';
import { reconciled, slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const SLOT = 'ServiceAccount/default';
const LABEL = 'parapet.dev/default-service-account';

describe('defaultServiceAccount', function () {
  this.timeout(60_000);
  const name = uniqueName('accounts');
  let cluster: Cluster;
  let operator: OperatorProcess;
  let namespace: string;
  let account: Ref;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    const { apiVersion, kind } = policy(name);
    const defaultServiceAccount = { automountServiceAccountToken: false };
    const spec = { mode: 'Enforce', namespaceSelector: { matchLabels: { [LABEL]: name } }, defaultServiceAccount };
    await cluster.admin.create({ apiVersion, kind, metadata: { name }, spec });
    namespace = await cluster.createNamespace({ [LABEL]: name });
    account = slot(namespace, SLOT);
  });

  /** Once it is as wanted. */
  async function closed(): Promise<KubeObject> {
    return eventually('the default account mounts no token', async () => {
      const found = await cluster.admin.read(account);
      expect(found).to.include({ automountServiceAccountToken: false });
      return found;
    });
  }

  async function repaired(kind: string, actor: string): Promise<void> {
    await eventually(`the repair of ${kind} by ${actor} is reported`, async () => {
      const { recentRepairs } = await cluster.admin.read(posture(namespace));
      expect(recentRepairs?.[0]).to.include({ slot: SLOT, kind, actor });
    });
  }

  it('is set on the account of a new namespace as soon as that is there, by one apply', async () => {
    await closed();
    await reconciled(cluster, name, '1/1');
    expect(await slotReport(cluster, namespace, SLOT)).to.include({
      state: 'OK',
      before: '{"/automountServiceAccountToken":null}',
    });
    const { recentRepairs } = await cluster.admin.read(posture(namespace));
    expect(recentRepairs).to.deep.equal([]);
  });

  it('is put back where a tenant changed it, and what else he wrote stays', async () => {
    const edited = {
      automountServiceAccountToken: true,
      metadata: { labels: { team: 'a' } },
      secrets: [{ name: 's' }],
    };
    await operator.unawares(() => cluster.admin.edit(account, edited));
    await repaired('Modified', 'tenant');
    const { metadata, ...found } = await closed();
    expect(found).to.deep.include({ secrets: [{ name: 's' }] });
    expect(metadata.labels).to.deep.equal({ team: 'a' });
  });

  it('is put back where a tenant took it away', async () => {
    await operator.unawares(() => cluster.admin.edit(account, { automountServiceAccountToken: null }));
    await repaired('Missing', 'unknown');
    await closed();
  });

  it('is set anew where the account was deleted and made anew', async () => {
    const { uid } = (await cluster.admin.read(account)).metadata;
    await cluster.admin.delete(account);
    const { metadata } = await closed();
    expect(metadata.uid).not.to.equal(uid);
    await reconciled(cluster, name, '1/1');
    expect(await slotReport(cluster, namespace, SLOT)).to.include({ state: 'OK', uid: metadata.uid });
  });

  it('costs nothing where something else of the account changes', async () => {
    const requests = await cluster.operatorRequests();
    const reconciles = (): Promise<number> =>
      operator.metric('controller_runtime_reconcile_total', { controller: 'namespace' });
    const looks = await reconciles();
    await cluster.admin.edit(account, { metadata: { annotations: { note: 'x' } } });
    // A namespace that is looked at afterwards shows that nobody looked at this one.
    const other = await cluster.createNamespace({ [LABEL]: name });
    await eventually('the other one is served', async () => {
      expect(await cluster.admin.read(slot(other, SLOT))).to.include({ automountServiceAccountToken: false });
    });
    await reconciled(cluster, name, '2/2');
    expect(await reconciles()).to.be.above(looks);
    const writes = (await requests()).filter(
      ({ verb, objectRef }) => verb === 'patch' && objectRef?.namespace === namespace,
    );
    expect(writes).to.deep.equal([]);
  });

  it('stays when the policy asks for it no more, and is told so', async () => {
    await cluster.admin.edit(policy(name), {
      spec: { defaultServiceAccount: null, limitRange: { limits: [{ type: 'Container', max: { cpu: '4' } }] } },
    });
    await eventually('it is reported', async () => {
      const report = await slotReport(cluster, namespace, SLOT);
      expect(report).to.include({ state: 'Orphaned', reason: 'NoLongerAskedFor' });
    });
    await closed();
    await cluster.admin.edit(account, { automountServiceAccountToken: true });
    await reconciled(cluster, name, '1/2');
    const { slots } = await cluster.admin.read(posture(namespace));
    expect(slots.map((entry) => entry.slot)).to.deep.equal(['LimitRange/parapet-limits']);
    expect(await cluster.admin.read(account)).to.include({ automountServiceAccountToken: true });
  });
});
