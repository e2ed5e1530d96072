import type { Policy } from '../api/policy.ts';
import { matchesGlob } from '../semantics/names.ts';
import { matchesSelector } from '../semantics/selector.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../semantics/selector.ts';
import type { NamespaceFacts } from '../slots/slot-kind.ts';

/** One of the things a selection asks for, whether a namespace has it, and how that is told. */
interface Requirement {
  readonly met: boolean;
  readonly told: string;
}

/**
 * Why a policy selects a namespace, or why it doesn't: everything that holds, or else everything that fails. Says the
 * same as `selects`.
 */
export function whySelected(
  policy: Policy,
  namespace: NamespaceFacts,
  protectedGlobs: readonly string[],
): readonly string[] {
  const { includeNames, excludeNames, namespaceSelector } = policy.selection;
  const requirements = [
    ...protection(namespace.name, includeNames ?? [], protectedGlobs),
    ...inclusion(namespace.name, includeNames),
    ...exclusion(namespace.name, excludeNames ?? []),
    ...selectorRequirements(namespaceSelector, namespace),
  ];
  const failing = requirements.filter(({ met }) => !met);
  return (failing.length > 0 ? failing : requirements.filter(({ told }) => told !== '')).map(({ told }) => told);
}

function protection(name: string, included: readonly string[], globs: readonly string[]): readonly Requirement[] {
  const glob = globs.find((each) => matchesGlob(each, name));
  if (glob === undefined) return [];
  const met = included.includes(name);
  return [{ met, told: met ? `named exactly, though protected` : `protected: only an exact includeNames selects it` }];
}

function inclusion(name: string, globs: readonly string[] | undefined): readonly Requirement[] {
  if (globs === undefined) return [];
  const glob = globs.find((each) => matchesGlob(each, name));
  if (glob === undefined) return [{ met: false, told: `no includeNames matches (${globs.join(', ')})` }];
  return [{ met: true, told: `includeNames ${glob}` }];
}

function exclusion(name: string, globs: readonly string[]): readonly Requirement[] {
  const glob = globs.find((each) => matchesGlob(each, name));
  return [glob === undefined ? { met: true, told: '' } : { met: false, told: `excludeNames ${glob}` }];
}

function selectorRequirements(selector: LabelSelector, { labels }: NamespaceFacts): readonly Requirement[] {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const parts: readonly (readonly [LabelSelector, key: string, wanted: string])[] = [
    ...Object.entries(matchLabels).map(
      ([key, value]) => [{ matchLabels: { [key]: value } }, key, `${key}=${value}`] as const,
    ),
    ...matchExpressions.map((each) => [{ matchExpressions: [each] }, each.key, spelledExpression(each)] as const),
  ];
  if (parts.length === 0) return [{ met: true, told: 'namespaceSelector {} selects every namespace' }];
  return parts.map(([part, key, wanted]) => {
    const met = matchesSelector(part, labels);
    const found = Object.hasOwn(labels, key) ? `it is ${labels[key] === '' ? 'empty' : labels[key]}` : 'it is absent';
    return { met, told: met ? `label ${wanted}` : `wants label ${wanted}, ${found}` };
  });
}

function spelledExpression({ key, operator, values = [] }: LabelSelectorRequirement): string {
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} (${values.join(', ')})`;
}
