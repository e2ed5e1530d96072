import type { FieldDiff, SlotPlan } from '../plan/namespace-plan.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';

/** Why a namespace is as it is: the data behind every format of `parapet explain`. */
export interface Explanation {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terminating: boolean;
  /** Every policy of the cluster, those that select the namespace first, then by name. */
  readonly policies: readonly PolicyExplanation[];
  /** The exceptions that select the namespace, those that are active first, then by name. */
  readonly exceptions: readonly ExceptionExplanation[];
  /** Every object the namespace has or should have of them, by slot. */
  readonly slots: readonly SlotExplanation[];
  /** What is granted in every namespace, by ClusterRoleBinding. */
  readonly clusterWide: readonly { readonly binding: string; readonly reason: string; readonly message: string }[];
  /** Kinds of policies the cluster has that can open what is closed, and that nothing here looks at. */
  readonly notEvaluated: readonly string[];
  readonly platform: NamespaceSnapshot['platform'];
  /** The platform facts that nobody told and nothing was asked for. */
  readonly assumed: readonly string[];
}

export interface PolicyExplanation {
  readonly name: string;
  readonly mode: 'Audit' | 'Enforce';
  readonly priority: number;
  readonly selects: boolean;
  /** What of its selection holds, or what fails; why it doesn't write, where it doesn't. */
  readonly because: readonly string[];
  /** Faults in it, each with the field's path. */
  readonly problems: readonly string[];
}

export interface ExceptionExplanation {
  readonly name: string;
  readonly effect: NamespaceSnapshot['exceptions'][number]['effect'];
  readonly owner: string;
  readonly reason: string;
  /** As written, RFC 3339. */
  readonly expirationTime: string;
  /** Only an `active` one covers anything. */
  readonly standing: 'active' | 'expired' | 'tooLong' | 'invalid' | 'deleting';
  /** `Kind/name` of what it covers here. */
  readonly slots: readonly string[];
}

export interface SlotExplanation extends Pick<SlotPlan, 'slot' | 'state' | 'reason' | 'message' | 'actor'> {
  /** Winner or contributors. */
  readonly policies: readonly string[];
  /** Why it is theirs. */
  readonly because: string;
  /** Who asks for it and does not get it. */
  readonly lost: readonly { readonly policy: string; readonly because: string }[];
  /**
   * Holders that no longer ask for it: `frozen` policies don't act, `departed` ones are gone or select it no more, and
   * `leaving` ones take it with them.
   */
  readonly held: readonly { readonly policy: string; readonly standing: 'frozen' | 'departed' | 'leaving' }[];
  /** The Audit policy that would see it so; absent where it is about what is written. */
  readonly audit?: string;
  /** What the operator does next. */
  readonly next: 'create' | 'change' | 'recreate' | 'delete' | 'nothing';
  readonly diffs: readonly FieldDiff[];
}
