import { decodePolicy } from '../api/decode-policy.ts';
import type { PolicyStatus } from '../api/policy-status.ts';
import type { Policy } from '../api/policy.ts';
import type { PostureContent } from '../api/posture.ts';
import { POSTURE_NAME } from '../api/resources.ts';
import { slim } from '../kube/slim.ts';
import { Store } from '../kube/store.ts';
import type { Stored } from '../kube/store.ts';
import { clusterRoleBindingTransform, clusterRoleTransform } from './cluster-roles.ts';
import type { ClusterRoleEntry } from './cluster-roles.ts';
import type { UnreportedSlots } from './memory.ts';
import { recordOf } from '../plan/record.ts';
import type { ClusterRoles, LiveObject, NamespaceSnapshot } from '../plan/snapshot.ts';
import type { KubeObject, StringMap } from '../slots/kube-object.ts';
import { objectKinds } from '../slots/object-kinds.ts';
import type { PlatformFacts } from '../slots/slot-kind.ts';
import { isSlotName } from '../slots/slot-name.ts';

export interface PolicyEntry extends Stored {
  readonly policy: Policy;
  readonly status?: PolicyStatus;
}

export interface NamespaceEntry extends Stored {
  readonly labels: StringMap;
  readonly terminating: boolean;
}

export interface PostureEntry extends Stored {
  readonly content: PostureContent;
}

/** What the process knows of the cluster: one store per kind, kept current by the reflectors. */
export interface ClusterView {
  readonly policies: Store<PolicyEntry>;
  readonly namespaces: Store<NamespaceEntry>;
  readonly postures: Store<PostureEntry>;
  readonly clusterRoles: Store<ClusterRoleEntry>;
  readonly clusterRoleBindings: Store<LiveObject>;
  /** By kind, for every kind of the registry. */
  readonly objects: ReadonlyMap<string, Store<LiveObject>>;
}

/** Empty stores with their transforms: each keeps only what planning and reporting read. */
export function createView(): ClusterView {
  return {
    policies: new Store({ transform: policyEntry }),
    namespaces: new Store({ transform: namespaceEntry }),
    postures: new Store({ transform: postureEntry }),
    clusterRoles: new Store(clusterRoleTransform),
    clusterRoleBindings: new Store(clusterRoleBindingTransform()),
    objects: new Map(objectKinds.map((kind) => [kind.resource.kind, new Store(slim(kind))])),
  };
}

export interface GatherOptions {
  readonly platform: PlatformFacts;
  readonly operator?: string | undefined;
  readonly protectedNamespaces: readonly string[];
  readonly lastWritten: ReadonlyMap<string, number>;
  /** Newer than the report in the cluster, where that could not be written. */
  readonly unreported: UnreportedSlots | undefined;
}

/** Everything a plan of the namespace needs, or undefined where it doesn't exist. Reads memory only. */
export function gather(
  view: ClusterView,
  name: string,
  { unreported, ...options }: GatherOptions,
): NamespaceSnapshot | undefined {
  const namespace = view.namespaces.get('', name);
  if (namespace === undefined) return undefined;
  const objects = [...view.objects.values()].flatMap((store) => store.list(name));
  return {
    namespace: { name, labels: namespace.labels, terminating: namespace.terminating },
    policies: view.policies.list('').map(({ policy }) => policy),
    live: objects.filter((object) => isSlotName(object.name)),
    others: objects.filter((object) => !isSlotName(object.name)),
    clusterRoles: clusterRolesOf(view),
    record:
      unreported?.uid === namespace.uid
        ? unreported.record
        : (view.postures.get(name, POSTURE_NAME)?.content.slots.map(recordOf) ?? []),
    ...options,
  };
}

/** The rules of ClusterRoles as they are at the moment of asking. */
export function clusterRolesOf({ clusterRoles }: ClusterView): ClusterRoles {
  return { get: (name) => clusterRoles.get('', name)?.content };
}

function policyEntry(object: KubeObject): PolicyEntry {
  const status = object['status'] as PolicyStatus | undefined;
  return { ...identity(object), policy: decodePolicy(object), ...(status === undefined ? {} : { status }) };
}

function namespaceEntry(object: KubeObject): NamespaceEntry {
  const { labels = {}, deletionTimestamp } = object.metadata;
  return { ...identity(object), labels, terminating: deletionTimestamp !== undefined };
}

/** Only the one report counts; its schema was checked by the API server, but a list may still be absent. */
function postureEntry(object: KubeObject): PostureEntry | undefined {
  if (object.metadata.name !== POSTURE_NAME) return undefined;
  const { summary, slots = [], recentRepairs = [], truncated } = object as KubeObject & Partial<PostureContent>;
  if (summary === undefined) return undefined;
  const content = { summary, slots, recentRepairs, ...(truncated === undefined ? {} : { truncated }) };
  return { ...identity(object), content };
}

function identity({ metadata }: KubeObject): Stored {
  return { name: metadata.name, uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion ?? '' };
}
