import type { LabelSelector } from '../semantics/selector.ts';
import type { Problem } from '../slots/slot-kind.ts';

/** What a policy does with what it selects. */
export type Mode = 'Audit' | 'Enforce';

/** What becomes of a policy's objects where it is deleted or a namespace leaves its selection. */
export type DeletionPolicy = 'Orphan' | 'Delete';

/**
 * A ClusterSecurityPolicy, decoded in isolation: a poison policy yields a `Policy` with problems, never an exception,
 * so it can harm no other.
 */
export interface Policy {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  /** False when mode, selection or priority can't be read: such a policy holds what it held and claims nothing. */
  readonly decodable: boolean;
  readonly deleting: boolean;
  /** Has Parapet's cleanup finalizer. */
  readonly finalized: boolean;
  /** Its status says that this generation is reconciled: nothing of an edit is still to be written. */
  readonly settled: boolean;
  readonly mode: Mode;
  readonly suspend: boolean;
  readonly priority: number;
  /** Takes over objects that were there before Parapet. */
  readonly adopts: boolean;
  readonly deletionPolicy: DeletionPolicy;
  /** What of others' objects is reported as too much. */
  readonly widening: WideningBounds;
  /** Its edits wait for running workloads that would violate them. */
  readonly holds: boolean;
  readonly selection: Selection;
  /** Slot kinds' blocks by field, those with problems included. */
  readonly blocks: Readonly<Record<string, unknown>>;
  /** Every fault found, with full paths: `spec.roles[0].rules[0].verbs[1]`. */
  readonly problems: readonly Problem[];
  /** Fields of `blocks` that have a problem: they claim nothing, and hold what they held. */
  readonly invalidFields: readonly string[];
}

/** Broad: what is as good as no posture. Any: whatever exceeds what policies allow. Ignore: nothing. */
export type WideningBound = 'Broad' | 'Any' | 'Ignore';

export interface WideningBounds {
  readonly networkPolicies: WideningBound;
  readonly roleBindings: WideningBound;
}

/** The three ways to choose namespaces, ANDed. Names are globs. */
export interface Selection {
  readonly namespaceSelector: LabelSelector;
  readonly includeNames?: readonly string[];
  readonly excludeNames?: readonly string[];
}
