import { expect } from 'chai';
import { writesOf } from '../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../hack/support/operator-kubeconfig.ts';
import { sharedCluster, uniqueName } from '../cluster/harness/cluster.ts';
import type { Cluster } from '../cluster/harness/cluster.ts';
import { policy, posture, slot } from '../cluster/harness/refs.ts';
import { sharedOperator } from '../cluster/harness/shared.ts';
import { eventually } from '../cluster/harness/until.ts';

/** Runs in the patched copy only: extension.test.ts starts it there, so that all it meets is the copy's own. */

const selector = { matchLabels: { app: 'web' } };
const wanted = { minAvailable: 1, selector };

describe('podDisruptionBudgets on a real API server', function () {
  this.timeout(30_000);
  const name = uniqueName('budgets');
  const strictName = `${name}-strict`;
  let cluster: Cluster;
  let namespace: string;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    namespace = await cluster.createNamespace({ 'parapet.dev/extension': name });
  });

  /** A policy for the namespace of this suite, asking for one budget called `web`. */
  async function createPolicy(called: string, priority: number, budget: object): Promise<void> {
    const { apiVersion, kind } = policy(called);
    const namespaceSelector = { matchLabels: { 'parapet.dev/extension': name } };
    const spec = {
      mode: 'Enforce',
      priority,
      namespaceSelector,
      podDisruptionBudgets: [{ name: 'web', spec: budget }],
    };
    await cluster.admin.create({ apiVersion, kind, metadata: { name: called }, spec });
  }

  async function becomes(spec: object): Promise<void> {
    await eventually(`the budget is ${JSON.stringify(spec)}`, async () => {
      expect((await cluster.admin.read(budget()))['spec']).to.deep.equal(spec);
    });
  }

  function budget(): ReturnType<typeof slot> {
    return slot(namespace, 'PodDisruptionBudget/parapet-web');
  }

  it('are created and reported', async () => {
    await createPolicy(name, 100, wanted);
    await becomes(wanted);
    await eventually('the posture has it', async () => {
      const { slots } = await cluster.admin.read(posture(namespace));
      expect(slots.map((entry) => [entry.slot, entry.state])).to.deep.equal([
        ['PodDisruptionBudget/parapet-web', 'OK'],
      ]);
    });
  });

  it('are repaired where somebody changed one field and added another', async () => {
    await cluster.admin.edit(budget(), { spec: { minAvailable: 0, unhealthyPodEvictionPolicy: 'AlwaysAllow' } });
    await becomes(wanted);
    await eventually('the repair is reported', async () => {
      const { recentRepairs } = await cluster.admin.read(posture(namespace));
      expect(recentRepairs?.[0]).to.include({ kind: 'Modified', actor: 'tenant' });
    });
  });

  it('go to the highest priority', async () => {
    const strict = { maxUnavailable: '10%', selector };
    await createPolicy(strictName, 200, strict);
    await becomes(strict);
    await cluster.admin.edit(policy(strictName), { spec: { podDisruptionBudgets: null } });
    await becomes(wanted);
  });

  it('are removed when no policy asks for them', async () => {
    await cluster.admin.edit(policy(name), { spec: { podDisruptionBudgets: null } });
    await eventually('the budget is gone', async () => {
      expect(await cluster.admin.get(budget())).to.equal(undefined);
    });
  });

  it('took one write a change, and nothing the ServiceAccount may not do', async () => {
    const entries = await cluster.auditLog(OPERATOR_USER);
    expect(entries.filter((entry) => code(entry) === 403)).to.deep.equal([]);
    // The disruption controller writes the status meanwhile: a write that met a newer version was refused and repeated.
    const writes = writesOf(entries).filter((entry) => code(entry) < 300 && entry.objectRef?.namespace === namespace);
    const ofBudgets = writes.filter(({ objectRef }) => objectRef?.resource === 'poddisruptionbudgets');
    expect(ofBudgets.map(({ verb }) => verb)).to.deep.equal(['create', 'patch', 'patch', 'patch', 'delete']);
  });

  it('are refused with the field’s path where they are wrong', async () => {
    const refusal = await createPolicy(`${name}-wrong`, 100, { selector }).catch((error: Error) => error);
    expect(refusal).to.have.property('message').that.includes('spec.podDisruptionBudgets[0].spec:');
  });
});

function code({ responseStatus }: AuditEntry): number {
  return responseStatus?.code ?? 0;
}
