import type { SecurityException } from '../api/exception.ts';
import type { Policy } from '../api/policy.ts';
import type { ManagedFieldsEntry, StringMap } from '../slots/kube-object.ts';
import type { Leaves } from '../slots/leaves.ts';
import { objectKinds } from '../slots/object-kinds.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';
import type { Content, NamespaceFacts, ObjectKind } from '../slots/slot-kind.ts';
import type { Workloads } from '../slots/workloads.ts';

/** Everything `plan()` may know about one namespace: read once, immutable, no I/O behind it. */
export interface NamespaceSnapshot {
  readonly namespace: NamespaceFacts & { readonly terminating: boolean };
  /** Every policy of the cluster, also those that do not select this namespace. */
  readonly policies: readonly Policy[];
  /** The exceptions of the cluster that are active at the moment of the snapshot, whatever they select. */
  readonly exceptions: readonly SecurityException[];
  /** Objects of the registry's kinds in this namespace whose name starts with `parapet-`, and those whose fields are slots. */
  readonly live: readonly LiveObject[];
  /** Every other object of the registry's kinds in this namespace: read, never written. */
  readonly others: readonly LiveObject[];
  /** The rules of the cluster's ClusterRoles, by name, as a Role's content; undefined for one that isn't there. */
  readonly clusterRoles: ClusterRoles;
  /** What the NamespacePosture recorded: it outranks annotations, which tenants can edit. */
  readonly record: readonly RecordedSlot[];
  /** Fingerprints, by slot, of what this process last wrote or found as it should be; empty after a restart. */
  readonly lastWritten?: ReadonlyMap<string, number>;
  /** What an edit that tightens something could violate: looked for only when a plan says that there is one. */
  readonly evidence?: Evidence;
  readonly platform: PlatformFacts;
  /** The user the operator is to the API server; undefined where it isn't known, as offline. */
  readonly operator?: string | undefined;
  /** Globs of namespaces that only an exact `includeNames` selects. */
  readonly protectedNamespaces: readonly string[];
  /** What departed policies left behind is to go as well: all of it, or what one of them left. */
  readonly releasing?: { readonly policy?: string };
}

/** Looks up a ClusterRole; a Map does. */
export type ClusterRoles = Pick<ReadonlyMap<string, Content>, 'get'>;

/** What was found at a look: null for what can't be told, undefined for what nobody looked for. */
export type Evidence = Pick<Workloads, 'pods' | 'warnings'>;

/** A namespace that nobody ever put anything into: what every namespace has is there, as it was made. */
export function emptyNamespace(
  namespace: NamespaceFacts,
  cluster: Pick<NamespaceSnapshot, 'policies' | 'exceptions' | 'platform' | 'protectedNamespaces'> &
    Partial<Pick<NamespaceSnapshot, 'clusterRoles'>>,
): NamespaceSnapshot {
  return {
    namespace: { ...namespace, terminating: false },
    live: objectKinds.filter(({ fields }) => fields !== undefined).map((kind) => asMade(kind, namespace)),
    others: [],
    clusterRoles: new Map(),
    record: [],
    ...cluster,
  };
}

/** The object of a namespace that some of the fields of are slots, before anybody has set any. */
function asMade({ resource, fields, normalize }: ObjectKind, { name, labels }: NamespaceFacts): LiveObject {
  return {
    kind: resource.kind,
    name: fields?.only ?? name,
    uid: `untouched/${resource.kind}`,
    resourceVersion: '',
    labels: {},
    annotations: {},
    content: normalize(resource.namespaced ? {} : { metadata: { labels } }),
    managers: [],
  };
}

/** An object as the cluster holds it, reduced to what planning needs. */
export interface LiveObject {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Canonical, see ObjectKind.normalize. */
  readonly content: Content;
  /** Names of the field managers of more than a status, sorted, without duplicates. */
  readonly managers: readonly string[];
  /** Kept only where a manager other than Parapet has written: it tells who changed what. Of single fields, always. */
  readonly managedFields?: readonly ManagedFieldsEntry[];
  /** What the cluster counts against it, see ObjectKind.used. */
  readonly used?: StringMap;
}

/** A slot as the last report left it. */
export interface RecordedSlot {
  /** `Kind/name`. */
  readonly slot: string;
  /** The uid of the object we wrote; empty when nothing of ours was ever there. */
  readonly uid: string;
  readonly policies: readonly string[];
  /** It was Blocked by a flaw of what was asked for: where nothing stands, it may be us who took it away. */
  readonly flawed?: true;
  /** What was last written, where the policies ask for something else that is Held. */
  readonly applied?: Content;
  /** Of fields of an object that isn't ours: what stood there before our first write, null where nothing did. */
  readonly before?: Leaves;
  /** The exception that covered it then, or whose end it has still to come back from. */
  readonly exception?: string;
}
