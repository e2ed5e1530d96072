import type { FieldDiff, SlotPlan } from '../plan/namespace-plan.ts';

/** What a set of policy files would change: the data behind every format of `parapet plan`. */
export interface Preview {
  readonly summary: PreviewSummary;
  /** The policies of the files, by name. */
  readonly policies: readonly PolicyPreview[];
  /** Namespaces in which something differs, by name. */
  readonly namespaces: readonly NamespacePreview[];
}

/** The blast radius. Lists hold names of namespaces, sorted. */
export interface PreviewSummary {
  readonly namespaces: {
    readonly total: number;
    /** Selected by at least one policy, once the files are applied. */
    readonly matched: number;
    readonly newlyMatched: readonly string[];
    readonly noLongerMatched: readonly string[];
    /** Where objects are created, changed or deleted. */
    readonly changed: readonly string[];
    /** Where a direction is closed for every pod that is not closed now. */
    readonly newlyDenied: readonly string[];
  };
  readonly objects: {
    readonly created: number;
    readonly changed: number;
    readonly deleted: number;
    /** Of those, due whether the files are applied or not. */
    readonly dueAnyway: number;
  };
}

export interface PolicyPreview {
  readonly name: string;
  readonly change: 'added' | 'changed' | 'unchanged';
  readonly mode: 'Audit' | 'Enforce';
  readonly file: string;
  readonly line: number;
  /** How many namespaces it selects. */
  readonly matched: { readonly before: number; readonly after: number };
}

export interface NamespacePreview {
  readonly namespace: string;
  /** Policies, whatever their mode. */
  readonly selectedBy: BeforeAfter;
  /** Directions that are closed for every pod. */
  readonly closed: BeforeAfter;
  /** In the order they are written. */
  readonly changes: readonly ChangePreview[];
  /** What will be reported and is not reported now. */
  readonly findings: readonly FindingPreview[];
}

export interface BeforeAfter {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface ChangePreview {
  readonly action: 'create' | 'change' | 'recreate' | 'delete';
  /** `Kind/name`. */
  readonly slot: string;
  readonly policies: readonly string[];
  /** Under the policies of now it would be written as well: a repair, or a write under way. */
  readonly dueAnyway: boolean;
  /** `live` becomes `expected`. Empty where the object is created or deleted. */
  readonly diffs: readonly FieldDiff[];
  /** The object as it will be, or the fields of it that are ours to set; absent where it is deleted. */
  readonly object?: ObjectPreview;
}

export interface ObjectPreview {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

export interface FindingPreview extends Pick<SlotPlan, 'slot' | 'state' | 'reason' | 'message' | 'policies'> {
  /** The Audit policy that would see it so; absent where it holds for what is written. */
  readonly audit?: string;
  readonly diffs: readonly FieldDiff[];
}

/** Whether the files make any difference. */
export function isEmpty({ summary, namespaces }: Preview): boolean {
  const { created, changed, deleted, dueAnyway } = summary.objects;
  if (created + changed + deleted > dueAnyway) return false;
  return namespaces.every(
    ({ selectedBy, findings }) => findings.length === 0 && selectedBy.before.join() === selectedBy.after.join(),
  );
}
