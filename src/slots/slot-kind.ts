import type { TSchema } from 'typebox';
import type { Json, Resource, StringMap } from './kube-object.ts';
import type { PlatformFacts } from './platform-facts.ts';
import type { Workloads } from './workloads.ts';

/**
 * The slot contract: all that Parapet knows of one field of a policy's spec, in one file.
 *
 * A slot is one object with a fixed name in a namespace, written `Kind/name`. Everything outside `slots/` iterates
 * over the registry, so a new kind is one file and one registry line. Its members are methods, not properties that hold
 * functions: that is what lets the registry list kinds of different blocks without a cast.
 */
export interface SlotKind<Block = unknown> {
  /** The member of `spec` that holds this kind's block. */
  readonly field: string;
  /** Structural schema of the block: the source of the CRD, of decoding and of the reference page. */
  readonly schema: TSchema;
  /** The kinds of objects this field is realised with: the source of watches, RBAC, normalising and pruning. */
  readonly objects: readonly ObjectKind[];
  /** What the schema cannot say. Paths are relative to the block: `[0].hard.pods`. Empty when all is well. */
  validate(block: Block): readonly Problem[];
  /** Several policies' blocks become the objects one namespace should hold. Pure; deterministic in claim order. */
  fold(claims: readonly Claim<Block>[], context: FoldContext): readonly Desired[];
  /**
   * Lays a SecurityException's block over those of the policies it covers, the strongest first: what it names is
   * replaced wherever it stands, and what stands nowhere is added to the first. There is at least one block. Left out,
   * lists are laid over by `name` and other blocks member by member, see `laidOver`.
   */
  overlay?(blocks: readonly Block[], override: Block): readonly Block[];
}

/** An object as a policy wants it from now on, and as it was last written; undefined where it is new. */
export interface Edit {
  readonly next: Content;
  readonly live: Content | undefined;
}

/** Why a change waits: a stable reason, and a message with counts and the first few offenders. */
export interface Hold {
  readonly reason: HoldReason;
  readonly message: string;
}

export type HoldReason = 'QuotaBelowUse' | 'RequestsMissing' | 'PodsViolate' | 'WorkloadsUnknown';

/** One kind of object that slots are made of. */
export interface ObjectKind {
  readonly resource: Resource;
  /** The top-level members that are ours whole (`spec`; `rules`; `roleRef` and `subjects`). */
  readonly members: readonly string[];
  /**
   * The members in canonical form: server defaults filled in, quantities canonical, lists Kubernetes drops when empty
   * left out, sets sorted. Applied to both sides before they are compared; `normalize(normalize(x))` = `normalize(x)`.
   * Takes a whole object or anything holding the members; never throws on odd input.
   */
  normalize(object: Readonly<Record<string, unknown>>): Content;
  /** True when the API server would refuse to change `live` into `desired` in place (quota scopes, roleRef). */
  needsRecreate?(live: Content, desired: Content): boolean;
  /**
   * How an object that isn't ours meddles with one of ours of the same kind, in words; undefined where it doesn't.
   * `generated` says that another policy engine makes it.
   */
  competes?(other: Content, desired: Content, generated: boolean): string | undefined;
  /**
   * Why a policy's edit has to wait: what runs in the namespace would violate it. `look` where that takes the pods, and
   * nobody has looked at them yet. Asked only for changes that a policy causes, never for repairs.
   */
  hold?(name: string, edit: Edit, workloads: Workloads): Hold | 'look' | undefined;
  /** What the cluster counts against the object, from its status. */
  used?(object: Readonly<Record<string, unknown>>): StringMap;
  /** Creates and patches run in ascending, deletes in descending order. */
  order(name: string, live: Content | undefined, desired: Content | undefined): number;
  /** Present where the object isn't ours, and a slot is only some fields of it. */
  readonly fields?: SharedFields;
}

/**
 * Fields of an object that is there without us: its content holds these fields and nothing else. They are set by
 * server-side apply; the object is never created, deleted or labelled, and whose a field is says its managedFields.
 */
export interface SharedFields {
  /** The one object of its kind in a namespace that is read and written; absent for the Namespace itself. */
  readonly only?: string;
  /**
   * The values that should stand there: what is desired, but what is stricter already and not Parapet's alone is left.
   * Null takes a value away that is Parapet's alone.
   *
   * @param own the part of `live` that nobody but Parapet claims
   */
  settle(desired: Content, live: Content, own: Content): Content;
}

/** The owned members of an object in canonical form, keyed by member. */
export type Content = Readonly<Record<string, Json>>;

/** One policy's block for one slot kind, on its way into the fold. */
export interface Claim<Block = unknown> {
  readonly policy: string;
  readonly priority: number;
  readonly block: Block;
  /**
   * Slots (`Kind/name`) of which the claim says nothing for now, because an exception takes the policy's say away there.
   * Every fold has to honour it; `highestPriority` does, and claims on a field slot that is lifted don't reach the fold.
   */
  readonly lifted?: (slot: string) => boolean;
}

/** What a fold may look at beside the claims. */
export interface FoldContext {
  readonly namespace: NamespaceFacts;
  readonly platform: PlatformFacts;
  /** The user the operator is to the API server, to which nothing is bound; undefined where it isn't known. */
  readonly operator?: string | undefined;
  /**
   * Live objects of this kind's slots that a policy outside the fold still holds (frozen, or gone with Orphan).
   * Strictest-wins slots never become looser than what is held.
   */
  readonly held: readonly HeldObject[];
}

export interface HeldObject {
  readonly kind: string;
  readonly name: string;
  readonly content: Content;
  /** The policies outside the fold that hold it. */
  readonly policies: readonly string[];
  /** Of these, the frozen ones: they go on holding it where others ask for the same. */
  readonly frozen: readonly string[];
}

export interface NamespaceFacts {
  readonly name: string;
  readonly labels: StringMap;
}

/** One object the fold asks for; labels, annotations and namespace are added by `plan/`. */
export interface Desired {
  readonly kind: string;
  readonly name: string;
  /** Canonical: already passed through the object kind's `normalize`. */
  readonly content: Content;
  /** The winner, or everyone who contributed to it, sorted. */
  readonly policies: readonly string[];
  /** Who lost this slot at equal priority with different content. */
  readonly conflicts: readonly Conflict[];
  /** Strictest wins: the content already includes what is held, so it is enforced even where the slot is frozen. */
  readonly includesHeld?: boolean;
  /**
   * It has its effect under any name: where a stranger's object holds its own, it stands beside that one as
   * `<name>-<hash>` (NetworkPolicies add up).
   */
  readonly besideStrangers?: true;
  /** Claims alone ask for all of it: whoever holds it beside them makes no difference now. */
  readonly claimedWhole?: boolean;
  /** `Kind/name` of the slot that has to stand before this one can (a RoleBinding's Role). */
  readonly needs?: string;
  /** The slot is Blocked for this, though the rest of it is written. */
  readonly flaw?: Flaw;
  /** The slot is OK, and this has to be said of it. */
  readonly caveat?: Caveat;
}

/** Why an object that stands as it should does not do what it says. */
export interface Caveat {
  readonly reason: 'NotEffective';
  /** What it does not do, and what to do about it. */
  readonly message: string;
}

/** What keeps an object from being all that its policy asks for, whatever is written. */
export interface Flaw {
  readonly reason: FlawReason;
  /** What is the matter and what to do about it. */
  readonly message: string;
  /** Nothing is left of the object: what stands there of ours is taken away. */
  readonly absent?: true;
}

/**
 * LabelMissing, LabelForbidden: the namespace's label gives a subject no name, or one that nothing may be bound to ·
 * BindsOperator: a subject is the operator itself · BeyondGrantable: more than platform admins let policies grant ·
 * RoleMissing: there is no such ClusterRole.
 */
export type FlawReason = 'LabelMissing' | 'LabelForbidden' | 'BindsOperator' | 'BeyondGrantable' | 'RoleMissing';

export interface Conflict {
  readonly policy: string;
  readonly winner: string;
}

/** A fault in a policy. `path` is a field path as kubectl prints it; the message says what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}
