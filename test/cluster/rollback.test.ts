import { expect } from 'chai';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { wholeKinds } from '../../src/slots/object-kinds.ts';
import { sharedCluster, uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { namespace, policy, posture, slot } from './harness/refs.ts';
import { conditionsOf, reconciled } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';
import { wholePolicy } from './harness/whole-policy.ts';

const BLOCKS = ['resourceQuotas', 'limitRange', 'roles', 'podSecurity', 'defaultServiceAccount'];
const subjects = [{ kind: 'Group', name: 'others' }];
const allOfSecrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];

/** What is made of the policy, as a merge patch, and what it then says of itself. */
const edits: readonly [string, object, Readonly<Record<string, string>>][] = [
  [
    'an edit of every block',
    {
      networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] },
      resourceQuotas: [{ name: 'other', hard: { pods: 20 } }],
      limitRange: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
      roles: [{ name: 'on-call', rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get'] }], subjects }],
      podSecurity: { enforce: 'privileged' },
    },
    { Ready: 'True/Succeeded' },
  ],
  ['the loss of most blocks', Object.fromEntries(BLOCKS.map((block) => [block, null])), { Ready: 'True/Succeeded' }],
  [
    'roles beyond the ceiling',
    { roles: [{ name: 'on-call', rules: allOfSecrets, subjects }] },
    { Stalled: 'True/BeyondGrantable' },
  ],
  ['a mode that only looks', { mode: 'Audit', limitRange: null }, { Ready: 'True/Succeeded' }],
  ['a suspension', { suspend: true, limitRange: null }, { Suspended: 'True/Suspended' }],
  ['a selector that selects nothing', { includeNames: ['nothing-*'] }, { Ready: 'True/NoNamespaces' }],
];

describe('A policy that is put back as it was', function () {
  this.timeout(60_000);
  const name = uniqueName('rollback');
  const spec = wholePolicy(name);
  let cluster: Cluster;
  let team: string;
  let wanted: unknown;

  before(async () => {
    cluster = await sharedCluster();
    await sharedOperator();
    team = await cluster.createNamespace({ suite: name });
    const { apiVersion, kind } = policy(name);
    await cluster.admin.create({ apiVersion, kind, metadata: { name }, spec });
    await reconciled(cluster, name, '1/1');
    wanted = await everything();
  });
  after(() => cluster.admin.delete(policy(name)));

  for (const [what, change, expected] of edits) {
    it(`after ${what}, leaves every object as it was`, async () => {
      await cluster.admin.edit(policy(name), { spec: change });
      await eventually(`it says ${JSON.stringify(expected)}`, async () => {
        const { metadata, status } = await cluster.admin.read(policy(name));
        expect(status.observedGeneration).to.equal(metadata.generation);
        expect(conditionsOf(status)).to.include(expected);
      });
      await cluster.admin.patch(policy(name), [{ op: 'replace', path: '/spec', value: spec }]);
      const status = await reconciled(cluster, name, '1/1');
      expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });
      expect(await everything()).to.deep.equal(wanted);
    });
  }

  /** All that the policy is about in the namespace, without what differs from one writing to the next. */
  async function everything(): Promise<unknown> {
    const lists = wholeKinds.map(({ resource }) =>
      cluster.admin.list({ apiVersion: apiVersionOf(resource), kind: resource.kind, namespace: team }),
    );
    const account = await cluster.admin.read(slot(team, 'ServiceAccount/default'));
    const { labels } = (await cluster.admin.read(namespace(team))).metadata;
    const { summary, slots } = await cluster.admin.read(posture(team));
    const reported = slots.map(({ slot: id, state, policies }) => ({ id, state, policies }));
    const automount = account['automountServiceAccountToken'];
    return { objects: (await Promise.all(lists)).flat().map(lasting), automount, labels, summary, reported };
  }
});

function lasting({ metadata: { name, labels, annotations }, ...object }: KubeObject): unknown {
  // A quota's is the count of what runs.
  return { ...object, metadata: { name, labels, annotations }, status: undefined };
}
