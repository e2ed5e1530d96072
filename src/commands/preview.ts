import type { Policy } from '../api/policy.ts';
import type { NamespacePreview, PolicyPreview, Preview, PreviewSummary } from '../output/preview.ts';
import { namespacePreview } from './namespace-preview.ts';
import type { Comparison } from './namespace-preview.ts';
import type { WrittenPolicy } from './policies-of.ts';

export interface PreviewInput {
  readonly comparisons: readonly Comparison[];
  /** The policies of the files. */
  readonly written: readonly WrittenPolicy[];
  /** The policies of now. */
  readonly current: readonly Policy[];
}

/** Everything that applying the files would change. */
export function previewOf({ comparisons, written, current }: PreviewInput): Preview {
  const all = comparisons.map(namespacePreview).toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1));
  return {
    summary: summaryOf(all),
    policies: written.map((each) => policyPreview(each, current, all)).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    namespaces: all.filter(differs),
  };
}

function differs({ selectedBy, changes, findings }: NamespacePreview): boolean {
  return changes.length > 0 || findings.length > 0 || selectedBy.before.join() !== selectedBy.after.join();
}

function summaryOf(all: readonly NamespacePreview[]): PreviewSummary {
  const changes = all.flatMap((each) => each.changes);
  const count = (...actions: readonly string[]): number =>
    changes.filter(({ action }) => actions.includes(action)).length;
  const named = (matches: (each: NamespacePreview) => boolean): readonly string[] =>
    all.filter(matches).map(({ namespace }) => namespace);
  return {
    namespaces: {
      total: all.length,
      matched: named(({ selectedBy }) => selectedBy.after.length > 0).length,
      newlyMatched: named(({ selectedBy: { before, after } }) => hasMore(after, before)),
      noLongerMatched: named(({ selectedBy: { before, after } }) => hasMore(before, after)),
      changed: named(({ changes: own }) => own.length > 0),
      newlyDenied: named(({ closed: { before, after } }) => hasMore(after, before)),
    },
    objects: {
      created: count('create'),
      changed: count('change', 'recreate'),
      deleted: count('delete'),
      dueAnyway: changes.filter(({ dueAnyway }) => dueAnyway).length,
    },
  };
}

function hasMore(these: readonly string[], than: readonly string[]): boolean {
  return these.some((name) => !than.includes(name));
}

function policyPreview(
  { policy, manifest }: WrittenPolicy,
  current: readonly Policy[],
  all: readonly NamespacePreview[],
): PolicyPreview {
  const { name, mode } = policy;
  const before = current.find((each) => each.name === name);
  const selected = (when: 'before' | 'after'): number =>
    all.filter(({ selectedBy }) => selectedBy[when].includes(name)).length;
  return {
    name,
    change: before === undefined ? 'added' : specOf(before) === specOf(policy) ? 'unchanged' : 'changed',
    mode,
    file: manifest.file,
    line: manifest.line,
    matched: { before: selected('before'), after: selected('after') },
  };
}

/** All that a policy asks for, in one spelling: members sorted, so that only meaning counts. */
function specOf({ uid, generation, deleting, finalized, settled, problems, ...asked }: Policy): string {
  void [uid, generation, deleting, finalized, settled, problems];
  return JSON.stringify(asked, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
