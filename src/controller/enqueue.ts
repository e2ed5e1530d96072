import { GRANTABLE_ROLE } from '../api/grantable.ts';
import { awaitsFinalizer } from '../plan/deletion.ts';
import { selects } from '../plan/selection.ts';
import type { StoreEvent } from '../kube/store.ts';
import type { LiveObject } from '../plan/snapshot.ts';
import { asObject } from '../slots/canonical.ts';
import type { Content } from '../slots/slot-kind.ts';
import type { ClusterRoleEntry } from './cluster-roles.ts';
import { namespacesHeldBy } from './holdings.ts';
import type { Memory } from './memory.ts';
import type { Urgency } from './queue.ts';
import type { ClusterView, NamespaceEntry, PolicyEntry } from './view.ts';

/** The API server's own caches hear of new rights when we do: what is asked in the same moment may yet be refused. */
const CEILING_SETTLES_MS = 500;

export interface EnqueueTargets {
  /** A namespace to look at. `receivedAt` is on the monotonic clock. */
  namespace(name: string, urgency: Urgency, receivedAt: number): void;
  /** A namespace to look at when there is time, but not before. */
  namespaceAfter(name: string, delayMs: number): void;
  /** A policy whose status may have changed. */
  policy(name: string): void;
  /** A policy that no longer exists. */
  policyGone(name: string): void;
}

export interface EnqueueOptions {
  readonly view: ClusterView;
  readonly memory: Memory;
  readonly protectedNamespaces: readonly string[];
}

/** Turns every change the stores see into keys: never a body, so that whatever comes late is read fresh. */
export function enqueueChanges({ view, memory, protectedNamespaces }: EnqueueOptions, to: EnqueueTargets): void {
  for (const store of view.objects.values()) {
    store.subscribe((event) => {
      if (concernsObject(event)) to.namespace(event.namespace, urgencyOf(event), event.receivedAt);
    });
  }
  view.postures.subscribe((event) => to.namespace(event.namespace, urgencyOf(event), event.receivedAt));
  view.namespaces.subscribe((event) => {
    if (!concernsNamespace(event)) return;
    to.namespace(event.name, urgencyOf(event), event.receivedAt);
  });
  view.clusterRoles.subscribe((event) => {
    if (!concernsRole(event)) return;
    for (const name of namespacesBinding(view, event.name)) to.namespace(name, 'bulk', event.receivedAt);
    if (event.name !== GRANTABLE_ROLE) return;
    for (const { name } of view.namespaces.list('')) {
      if (memory.matchedBy(name).length > 0) to.namespaceAfter(name, CEILING_SETTLES_MS);
    }
  });
  view.policies.subscribe((event) => {
    if (!concernsPolicy(event)) return;
    // Until it has its finalizer nothing of it is to be written: whoever adds that looks at its namespaces then.
    const waits = event.current !== undefined && awaitsFinalizer(event.current.policy);
    const names = waits ? [] : affectedNamespaces({ view, memory, protectedNamespaces }, event);
    for (const name of names) to.namespace(name, 'bulk', event.receivedAt);
    if (event.type === 'deleted') to.policyGone(event.name);
    else to.policy(event.name);
  });
}

function namespacesBinding(view: ClusterView, clusterRole: string): ReadonlySet<string> {
  const namespaces = new Set<string>();
  for (const [namespace, { content }] of view.objects.get('RoleBinding')?.entries() ?? []) {
    if (bindsClusterRole(content, clusterRole)) namespaces.add(namespace);
  }
  return namespaces;
}

/** Those a policy selects now or did before, and those where it holds something. */
export function affectedNamespaces(
  { view, memory, protectedNamespaces }: EnqueueOptions,
  { name, current, previous }: Pick<StoreEvent<PolicyEntry>, 'name' | 'current' | 'previous'>,
): readonly string[] {
  const policies = [current, previous].flatMap((entry) => (entry?.policy.decodable ? [entry.policy] : []));
  const held = namespacesHeldBy(view, name);
  return view.namespaces
    .list('')
    .filter(
      (namespace) =>
        policies.some((policy) => selects(policy, namespace, protectedNamespaces)) ||
        memory.matchedBy(namespace.name).includes(name) ||
        held.has(namespace.name),
    )
    .map((namespace) => namespace.name);
}

function urgencyOf({ initial }: { readonly initial: boolean }): Urgency {
  return initial ? 'bulk' : 'live';
}

/**
 * A quota's status moves with every pod. What planning reads is interned, so the same content is the same reference.
 */
function concernsObject({ current, previous }: StoreEvent<LiveObject>): boolean {
  if (current === undefined || previous === undefined) return true;
  const read = ['content', 'labels', 'annotations', 'managers'] as const;
  return read.some((member) => current[member] !== previous[member]);
}

/** At the first sync every namespace is looked at anyway. */
function concernsRole({ initial, current, previous }: StoreEvent<ClusterRoleEntry>): boolean {
  return !initial && JSON.stringify(current?.content) !== JSON.stringify(previous?.content);
}

function bindsClusterRole({ roleRef }: Content, name: string): boolean {
  const { kind, name: bound } = asObject(roleRef);
  return kind === 'ClusterRole' && bound === name;
}

/** Annotations and status of a namespace are nobody's posture. */
function concernsNamespace({ current, previous }: StoreEvent<NamespaceEntry>): boolean {
  if (current === undefined || previous === undefined) return true;
  return current.terminating !== previous.terminating || !sameLabels(current.labels, previous.labels);
}

/** The echo of our own status write leaves the generation alone. */
function concernsPolicy({ current, previous }: StoreEvent<PolicyEntry>): boolean {
  if (current === undefined || previous === undefined) return true;
  const [now, before] = [current.policy, previous.policy];
  return now.generation !== before.generation || now.deleting !== before.deleting || now.finalized !== before.finalized;
}

function sameLabels(a: NamespaceEntry['labels'], b: NamespaceEntry['labels']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
