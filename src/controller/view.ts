import { decodeException } from '../api/decode-exception.ts';
import { decodePolicy, finalizersOf } from '../api/decode-policy.ts';
import { standingOf } from '../api/exception.ts';
import type { SecurityException } from '../api/exception.ts';
import type { ExceptionStatus } from '../api/exception-status.ts';
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
import type { Change } from '../plan/namespace-plan.ts';
import type { ClusterRoles, LiveObject, NamespaceSnapshot } from '../plan/snapshot.ts';
import type { KubeObject, StringMap } from '../slots/kube-object.ts';
import { isSlotObject, objectKinds } from '../slots/object-kinds.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';

export interface PolicyEntry extends Stored {
  readonly policy: Policy;
  /** Everybody's. */
  readonly finalizers: readonly string[];
  readonly status?: PolicyStatus;
}

export interface ExceptionEntry extends Stored {
  readonly exception: SecurityException;
  readonly status?: ExceptionStatus;
}

export interface NamespaceEntry extends Stored {
  readonly labels: StringMap;
  readonly terminating: boolean;
  /** The fields of it that are slots. */
  readonly fields?: LiveObject;
}

export interface PostureEntry extends Stored {
  readonly content: PostureContent;
}

/** What the process knows of the cluster: one store per kind, kept current by the reflectors. */
export interface ClusterView {
  readonly policies: Store<PolicyEntry>;
  readonly exceptions: Store<ExceptionEntry>;
  readonly namespaces: Store<NamespaceEntry>;
  readonly postures: Store<PostureEntry>;
  readonly clusterRoles: Store<ClusterRoleEntry>;
  readonly clusterRoleBindings: Store<LiveObject>;
  /** By kind, for every kind of the registry but the namespace itself. */
  readonly objects: ReadonlyMap<string, Store<LiveObject>>;
}

/** Empty stores with their transforms: each keeps only what planning and reporting read. */
export function createView(): ClusterView {
  return {
    policies: new Store({ transform: policyEntry }),
    exceptions: new Store({ transform: exceptionEntry }),
    namespaces: namespaceStore(),
    postures: new Store({ transform: postureEntry }),
    clusterRoles: new Store(clusterRoleTransform),
    clusterRoleBindings: new Store(clusterRoleBindingTransform()),
    objects: new Map(
      objectKinds
        .filter(({ resource }) => resource.namespaced)
        .map((kind) => [kind.resource.kind, new Store(slim(kind))]),
    ),
  };
}

/** The namespace is a slot's object as well: one watch and one entry serve both. */
function namespaceStore(): Store<NamespaceEntry> {
  const kind = objectKinds.find(({ resource }) => !resource.namespaced);
  const slims = kind && slim(kind);
  return new Store({
    transform: (object) => {
      const fields = slims?.transform(object);
      return { ...namespaceEntry(object), ...(fields === undefined ? {} : { fields }) };
    },
    release: ({ fields }) => fields && slims?.release?.(fields),
  });
}

/** Takes in the answer to an own write of a slot's object, and returns what a plan reads of just that answer. */
export function takeIn(view: ClusterView, { resource }: Change, object: KubeObject): LiveObject | undefined {
  if (!resource.namespaced) return taken(view.namespaces, object)?.fields;
  const store = view.objects.get(resource.kind);
  return store && taken(store, object);
}

/** Somebody may have written since, and the store know of it: the answer itself is what we wrote. */
function taken<T extends Stored>(store: Store<T>, object: KubeObject): T | undefined {
  store.put(object);
  const answer = store.prepare(object);
  if (answer !== undefined) store.discard([answer]);
  return answer?.value;
}

/** What decides which exceptions are active. */
export interface ExceptionClock {
  /** The wall clock, in milliseconds since 1970. */
  readonly now: number;
  readonly maxExceptionMs: number;
}

export interface GatherOptions extends ExceptionClock {
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
  { unreported, now, maxExceptionMs, ...options }: GatherOptions,
): NamespaceSnapshot | undefined {
  const namespace = view.namespaces.get('', name);
  if (namespace === undefined) return undefined;
  const own = namespace.fields === undefined ? [] : [namespace.fields];
  const objects = [...own, ...[...view.objects.values()].flatMap((store) => store.list(name))];
  return {
    namespace: { name, labels: namespace.labels, terminating: namespace.terminating },
    policies: view.policies.list('').map(({ policy }) => policy),
    exceptions: activeExceptions(view, { now, maxExceptionMs }),
    live: objects.filter((object) => isSlotObject(object.kind, object.name)),
    others: objects.filter((object) => !isSlotObject(object.kind, object.name)),
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

/** The exceptions that cover something now, whatever they select. */
export function activeExceptions(
  view: Pick<ClusterView, 'exceptions'>,
  { now, maxExceptionMs }: ExceptionClock,
): readonly SecurityException[] {
  return view.exceptions
    .list('')
    .map(({ exception }) => exception)
    .filter((exception) => standingOf(exception, now, maxExceptionMs) === 'active');
}

function policyEntry(object: KubeObject): PolicyEntry {
  const status = object['status'] as PolicyStatus | undefined;
  const decoded = { policy: decodePolicy(object), finalizers: finalizersOf(object) };
  return { ...identity(object), ...decoded, ...(status === undefined ? {} : { status }) };
}

function exceptionEntry(object: KubeObject): ExceptionEntry {
  const status = object['status'] as ExceptionStatus | undefined;
  return { ...identity(object), exception: decodeException(object), ...(status === undefined ? {} : { status }) };
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
