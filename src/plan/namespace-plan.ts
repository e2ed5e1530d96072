import type { Json, KubeObject, Resource } from '../slots/kube-object.ts';
import type { Leaves } from '../slots/leaves.ts';
import type { Content } from '../slots/slot-kind.ts';
import type { SlotReason } from './slot-reasons.ts';

/** How a slot can stand: well, waiting, or one kind of drift (API contract, section 4). */
export type SlotState = 'OK' | 'Frozen' | 'Pending' | 'Exempt' | DriftKind;

export type DriftKind =
  | 'Missing'
  | 'Modified'
  | 'Replaced'
  | 'Unwanted'
  | 'Orphaned'
  | 'Foreign'
  | 'Competing'
  | 'Widened'
  | 'Blocked'
  | 'Held';

/** The pure result for one namespace: what is, what should be, and the writes between them. */
export interface NamespacePlan {
  readonly namespace: string;
  /** Policies whose selection matches, whatever their mode, sorted; none for a terminating namespace. */
  readonly matched: readonly string[];
  /** Policies being deleted that take along what they hold; those of the slots here still hold something. */
  readonly cleaning: readonly string[];
  /** Slots of Enforce policies, and those that frozen or departed policies hold; sorted by slot. */
  readonly slots: readonly SlotPlan[];
  /** Per Audit policy: its own fold laid over the enforced one; only slots in which it has a say. */
  readonly audits: readonly AuditPlan[];
  /** Slots lost at equal priority. */
  readonly conflicts: readonly SlotConflict[];
  /** The active exceptions that select the namespace, by name; none for a terminating one. */
  readonly exemptions: readonly ExceptionReach[];
}

/** How many of a namespace's slots an exception covers. */
export interface ExceptionReach {
  readonly exception: string;
  readonly slots: number;
}

export interface AuditPlan {
  readonly policy: string;
  readonly slots: readonly SlotPlan[];
}

export interface SlotPlan {
  /** `Kind/name`. */
  readonly slot: string;
  readonly state: SlotState;
  /** Empty when the state says it all. */
  readonly reason: SlotReason | '';
  readonly message: string;
  /** Winner or contributors, and whoever holds it from outside the fold; sorted. */
  readonly policies: readonly string[];
  /** The live object's uid where it is ours, else empty. */
  readonly uid: string;
  readonly diffs: readonly FieldDiff[];
  /** The manager that claims a differing field, `unknown` where the cluster cannot tell. */
  readonly actor: string;
  /** Of fields of an object that isn't ours: what stood there before our first write, null where nothing did. */
  readonly before?: Leaves;
  /** Nobody who may write asks for it: it is there, and ours by its record or by what it says of itself. */
  readonly unclaimed?: true;
  /** What was last written, where what is wanted now is Held: what repairs go back to. */
  readonly applied?: Content;
  /** It tightens something, and nobody has looked yet whether the pods would violate it: not to be written so. */
  readonly tightens?: true;
  /** The exception that covers it, or that has ended without the slot being as wanted again. */
  readonly exception?: string;
  /** The slot that has to stand before this one can be written. */
  readonly needs?: string;
  /** The write that mends it; absent where there is nothing to do or nothing may be done. */
  readonly change?: Change;
  /** How the slot stands once the change is written, where that isn't plainly OK. */
  readonly afterwards?: SlotPlan;
}

export interface SlotConflict {
  readonly slot: string;
  readonly policy: string;
  readonly winner: string;
}

/** One differing field. Values are absent where that side lacks the field. */
export interface FieldDiff {
  /** JSON pointer from the object's root: `/spec/ingress/0`. */
  readonly pointer: string;
  readonly expected?: Json;
  readonly live?: Json;
  readonly actor: string;
}

/** One write. Everything but `create` names the exact version it was decided on. */
export type Change =
  | { readonly action: 'create'; readonly resource: Resource; readonly order: number; readonly object: KubeObject }
  | (Versioned & { readonly action: 'patch'; readonly operations: readonly PatchOperation[] })
  | (Versioned & { readonly action: 'recreate'; readonly object: KubeObject })
  /** Some fields of an object that isn't ours; `object` holds them, its identity and its version, and no more. */
  | (Versioned & {
      readonly action: 'apply';
      readonly object: KubeObject;
      /** What stood there before is put back, and with that the object is no slot any more. */
      readonly releases?: true;
    })
  | (Versioned & { readonly action: 'delete' });

/** The object a change was decided on: a precondition of the write. */
export interface Versioned {
  readonly resource: Resource;
  readonly order: number;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** RFC 6902, the two operations Parapet needs. The edge prepends the uid and resourceVersion preconditions. */
export interface PatchOperation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: Json;
}
