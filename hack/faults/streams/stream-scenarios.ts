import { policyResource } from '../../../src/api/resources.ts';
import { apiVersionOf } from '../../../src/slots/kube-object.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { SCENARIOS, converged, deleteEverything, editEverything, label, resourceOf } from '../scenarios.ts';
import type { Scenario, Stage } from '../scenarios.ts';
import { CHANGE, namespaceOf, policyOf } from '../world.ts';

/** A scenario as streams are faulted in it. */
export interface StreamScenario extends Scenario {
  /** The plurals of the kinds between whose events it happens; all where absent. */
  readonly kinds?: readonly string[];
  /** How much is created and deleted on the way depends on how much of it was seen. */
  readonly netZero?: true;
  /** The default-deny may go on the way. */
  readonly opens?: true;
  /** The scenario of the campaign that it ends as, but for the object of a tenant. */
  readonly like?: string;
  /** A tenant's own object stands on the name of one of ours: it must never be deleted, or not even touched. */
  readonly squatted?: { readonly slot: string; readonly untouched: boolean };
}

const NAMESPACES = resourceOf('Namespace');

/** One of ours of each kind, and what a tenant puts in its place. */
const SQUATTERS: Readonly<Record<string, readonly [slot: string, content: object]>> = {
  networkpolicies: [
    'NetworkPolicy/parapet-policy-web',
    { spec: { podSelector: { matchLabels: { app: 'tenant' } }, policyTypes: ['Ingress'] } },
  ],
  resourcequotas: ['ResourceQuota/parapet-compute', { spec: { hard: { pods: '77' } } }],
  limitranges: ['LimitRange/parapet-limits', { spec: { limits: [{ type: 'Container', default: { cpu: '7' } }] } }],
  roles: ['Role/parapet-view', { rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get'] }] }],
  rolebindings: [
    'RoleBinding/parapet-view',
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'parapet-view' },
      subjects: [{ kind: 'User', name: 'tenant', apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ],
};
/** What tells a tenant's object from ours for good: no patch of ours takes a label away. */
export const TENANTS = { whose: 'tenant' };

/** What was so for a moment only: unseen it leaves nothing, seen it is put right. */
const THERE_AND_BACK: readonly StreamScenario[] = [
  {
    name: 'policy-edited-and-back',
    given: converged,
    trigger: async (stage) => {
      const { name } = policyOf(stage.world).metadata;
      await stage.edit(policyResource, name, CHANGE);
      await stage.edit(policyResource, name, { spec: policyOf(stage.world)['spec'] });
    },
    netZero: true,
    like: 'create',
  },
  {
    name: 'scope-out-and-in',
    given: converged,
    trigger: async (stage) => {
      await label(stage, null);
      await label(stage, stage.world.namespace);
    },
    netZero: true,
    opens: true,
    like: 'create',
  },
  {
    name: 'edited-then-deleted',
    given: converged,
    trigger: async (stage) => {
      await editEverything(stage);
      await deleteEverything(stage);
    },
    netZero: true,
    like: 'drift-delete',
  },
];

/** Deleted and created again between two events: what is there has another uid than what the operator knows. */
const RECREATIONS: readonly StreamScenario[] = [
  again('namespace-again', true),
  again('namespace-again-outside', false),
  {
    name: 'policy-again',
    kinds: [policyResource.plural],
    given: converged,
    trigger: async ({ world, edit, remove, create }) => {
      // Without a finalizer it is gone at once.
      await edit(policyResource, world.policy, { spec: { deletionPolicy: 'Orphan' }, metadata: { finalizers: null } });
      await remove(policyResource, world.policy);
      await create(policyOf(world), policyResource);
    },
    netZero: true,
    like: 'create',
  },
  ...Object.entries(SQUATTERS).flatMap(([plural, [slot, content]]): readonly StreamScenario[] => [
    {
      name: `${plural}-squatted-policy-changed`,
      kinds: [plural],
      given: converged,
      trigger: async (stage) => {
        await squat(stage, slot, content);
        await stage.edit(policyResource, stage.world.policy, CHANGE);
      },
      netZero: true,
      like: 'change',
      squatted: { slot, untouched: false },
    },
    {
      name: `${plural}-squatted-policy-deleted`,
      kinds: [plural],
      given: converged,
      trigger: async (stage) => {
        await squat(stage, slot, content);
        await stage.remove(policyResource, stage.world.policy);
      },
      netZero: true,
      opens: true,
      like: 'policy-delete',
      squatted: { slot, untouched: true },
    },
  ]),
];

export const STREAM_SCENARIOS: readonly StreamScenario[] = [...SCENARIOS, ...THERE_AND_BACK, ...RECREATIONS];

function again(name: string, selected: boolean): StreamScenario {
  return {
    name,
    kinds: [NAMESPACES.plural],
    given: converged,
    trigger: async (stage) => {
      await stage.remove(NAMESPACES, stage.world.namespace);
      await stage.absent(NAMESPACES, stage.world.namespace);
      await stage.create(namespaceOf(stage.world, selected), NAMESPACES);
    },
    netZero: true,
    opens: true,
    like: selected ? 'create' : 'scope-out',
  };
}

async function squat(stage: Stage, slot: string, content: object): Promise<void> {
  const [kind = '', name = ''] = slot.split('/');
  const resource = resourceOf(kind);
  await stage.remove(resource, name);
  const metadata = { name, namespace: stage.world.namespace, labels: TENANTS };
  await stage.create({ apiVersion: apiVersionOf(resource), kind, metadata, ...content } as KubeObject, resource);
}
