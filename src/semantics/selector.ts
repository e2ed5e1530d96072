import { isLabelValue, isQualifiedName } from './names.ts';

/** metav1.LabelSelector. An empty selector matches everything. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelSelectorRequirement[];
}

export interface LabelSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

/** A fault in a selector. `path` is relative to it: `matchExpressions[0].values`. */
export interface SelectorProblem {
  readonly path: string;
  readonly message: string;
}

/** Whether labels satisfy every requirement. NotIn and DoesNotExist also hold where the key is missing. */
export function matchesSelector(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(selector.matchLabels ?? {});
  if (!exact.every(([key, value]) => own(labels, key) === value)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, own(labels, requirement.key)));
}

/** What the API server would refuse in this selector; empty when it is valid. Expects the shape to be right. */
export function selectorProblems(selector: LabelSelector): readonly SelectorProblem[] {
  const exact = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]) => [
    ...keyProblems(key, `matchLabels[${key}]`),
    ...valueProblems(value, `matchLabels[${key}]`),
  ]);
  const expressions = (selector.matchExpressions ?? []).flatMap((requirement, index) =>
    requirementProblems(requirement, `matchExpressions[${index}]`),
  );
  return [...exact, ...expressions];
}

function satisfies({ operator, values = [] }: LabelSelectorRequirement, label: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return label !== undefined && values.includes(label);
    case 'NotIn':
      return label === undefined || !values.includes(label);
    case 'Exists':
      return label !== undefined;
    case 'DoesNotExist':
      return label === undefined;
    default:
      return false;
  }
}

function requirementProblems(requirement: LabelSelectorRequirement, path: string): readonly SelectorProblem[] {
  const values = requirement.values ?? [];
  const needsValues = requirement.operator === 'In' || requirement.operator === 'NotIn';
  const count =
    needsValues === values.length > 0
      ? []
      : [
          {
            path: `${path}.values`,
            message: needsValues ? 'In and NotIn need values' : 'Exists and DoesNotExist take no values',
          },
        ];
  const each = values.flatMap((value, index) => valueProblems(value, `${path}.values[${index}]`));
  return [...keyProblems(requirement.key, `${path}.key`), ...count, ...each];
}

function keyProblems(key: string, path: string): readonly SelectorProblem[] {
  return isQualifiedName(key) ? [] : [{ path, message: `"${key}" is not a label key` }];
}

function valueProblems(value: string, path: string): readonly SelectorProblem[] {
  return isLabelValue(value) ? [] : [{ path, message: `"${value}" is not a label value` }];
}

/** Labels are data: `constructor` must not find what an object inherits. */
function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
