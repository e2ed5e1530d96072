import { policyResource } from '../../src/api/resources.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { wholeKinds, objectKindOf } from '../../src/slots/object-kinds.ts';
import { CHANGE, WORLD_LABEL, namespaceOf, policyOf } from './world.ts';
import type { World } from './world.ts';

/** What a scenario is played with. */
export interface Stage {
  readonly world: World;
  create(object: KubeObject, resource: Resource): Promise<void>;
  /** A merge patch by somebody who is not the operator. */
  edit(resource: Resource, name: string, change: object): Promise<void>;
  remove(resource: Resource, name: string): Promise<void>;
  /** Resolves when kube-controller-manager has done its part in the namespace. */
  inhabited(): Promise<void>;
  /** Resolves when the policy reports that its one namespace is as it should be, and nothing is under way. */
  reconciled(): Promise<void>;
  /** Resolves when the object is gone. */
  absent(resource: Resource, name: string): Promise<void>;
  /** The object that the world holds now; undefined where there is none. */
  uidOf(resource: Resource, name: string): string | undefined;
}

/** A way a world changes, to which the operator has to do something. */
export interface Scenario {
  readonly name: string;
  /** Up to where nothing is injected yet. */
  readonly given: (stage: Stage) => Promise<void>;
  /** From here on calls count. */
  readonly trigger: (stage: Stage) => Promise<void>;
  /** What the cluster itself still has to do before the scenario is over; true where absent. */
  readonly over?: (stage: Stage) => boolean;
  /**
   * Afterwards: does something to which the operator has to react, and resolves with how that shows. Absent where nothing
   * is left to look after.
   */
  readonly probe?: (stage: Stage) => Promise<() => boolean>;
}

const NAMESPACES = resourceOf('Namespace');
const LIMITS = 'parapet-limits';

const looksAfterLimits = async (stage: Stage): Promise<() => boolean> => {
  const limits = (): string | undefined => stage.uidOf(resourceOf('LimitRange'), LIMITS);
  const before = limits();
  await stage.remove(resourceOf('LimitRange'), LIMITS);
  return () => limits() !== undefined && limits() !== before;
};

const selectsAgain = async (stage: Stage): Promise<() => boolean> => {
  await label(stage, stage.world.namespace);
  return () => stage.uidOf(resourceOf('LimitRange'), LIMITS) !== undefined;
};

/** The eight of RELIABILITY 1.4. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'create', given: (stage) => namespace(stage, true), trigger: policy, probe: looksAfterLimits },
  {
    name: 'change',
    given: converged,
    trigger: (stage) => stage.edit(policyResource, stage.world.policy, CHANGE),
    probe: looksAfterLimits,
  },
  {
    name: 'scope-in',
    given: async (stage) => {
      await namespace(stage, false);
      await policy(stage);
      await stage.reconciled();
    },
    trigger: (stage) => label(stage, stage.world.namespace),
    probe: looksAfterLimits,
  },
  { name: 'scope-out', given: converged, trigger: (stage) => label(stage, null), probe: selectsAgain },
  { name: 'drift-edit', given: converged, trigger: editEverything, probe: looksAfterLimits },
  { name: 'drift-delete', given: converged, trigger: deleteEverything, probe: looksAfterLimits },
  {
    name: 'namespace-delete',
    given: converged,
    trigger: (stage) => stage.remove(NAMESPACES, stage.world.namespace),
    // kube-controller-manager empties it first.
    over: (stage) => stage.uidOf(NAMESPACES, stage.world.namespace) === undefined,
  },
  {
    name: 'policy-delete',
    given: converged,
    trigger: (stage) => stage.remove(policyResource, stage.world.policy),
  },
];

async function namespace(stage: Stage, selected: boolean): Promise<void> {
  await stage.create(namespaceOf(stage.world, selected), NAMESPACES);
  await stage.inhabited();
}

function policy(stage: Stage): Promise<void> {
  return stage.create(policyOf(stage.world), policyResource);
}

/** A namespace that is as its policy wants it. */
export async function converged(stage: Stage): Promise<void> {
  await namespace(stage, true);
  await policy(stage);
  await stage.reconciled();
}

export function label(stage: Stage, value: string | null): Promise<void> {
  return stage.edit(NAMESPACES, stage.world.namespace, { metadata: { labels: { [WORLD_LABEL]: value } } });
}

const OPEN_RULES = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'] }];
const OPEN_POLICY = { spec: { ingress: [{}], policyTypes: ['Ingress'] } };
const STRANGERS = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'strangers' }];

/** What is written over each object of a converged world. */
const TAMPERINGS: readonly (readonly [kind: string, name: string, change: object])[] = [
  ['NetworkPolicy', 'parapet-default-deny', { spec: { ingress: [{}] } }],
  ['NetworkPolicy', 'parapet-allow-dns', OPEN_POLICY],
  ['NetworkPolicy', 'parapet-allow-same-namespace', OPEN_POLICY],
  ['NetworkPolicy', 'parapet-policy-web', OPEN_POLICY],
  ['ResourceQuota', 'parapet-compute', { spec: { hard: { pods: '9999' } } }],
  ['LimitRange', LIMITS, { spec: { limits: [{ type: 'Container', default: { memory: '64Gi' } }] } }],
  ['Role', 'parapet-view', { rules: OPEN_RULES }],
  ['Role', 'parapet-look', { rules: OPEN_RULES }],
  ['RoleBinding', 'parapet-view', { subjects: STRANGERS }],
  ['RoleBinding', 'parapet-look', { subjects: STRANGERS }],
  ['ServiceAccount', 'default', { automountServiceAccountToken: true }],
];

/** All at once: the operator sees some of it before it has mended the rest. */
export async function editEverything(stage: Stage): Promise<void> {
  const level = { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } };
  await Promise.all([
    ...TAMPERINGS.map(([kind, name, change]) => stage.edit(resourceOf(kind), name, change)),
    stage.edit(NAMESPACES, stage.world.namespace, level),
  ]);
}

export async function deleteEverything(stage: Stage): Promise<void> {
  const whole = new Set(wholeKinds.map(({ resource }) => resource.kind));
  const objects = TAMPERINGS.filter(([kind]) => whole.has(kind));
  await Promise.all(objects.map(([kind, name]) => stage.remove(resourceOf(kind), name)));
}

export function resourceOf(kind: string): Resource {
  const found = objectKindOf(kind);
  if (found === undefined) throw new Error(`${kind} is no kind of the registry`);
  return found.resource;
}
