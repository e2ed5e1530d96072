import { matchesSelector } from '../semantics/selector.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../semantics/selector.ts';

/** What a selector asks of one key: the values it accepts, listed or all but those listed, and whether none will do. */
interface Accepted {
  readonly absent: boolean;
  readonly listed: ReadonlySet<string>;
  /** True: the values not listed are the accepted ones. */
  readonly inverted: boolean;
}

const ANYTHING: Accepted = { absent: true, listed: new Set(), inverted: true };
const NOTHING: Accepted = { absent: false, listed: new Set(), inverted: false };

/**
 * Whether every set of labels that `inner` matches is matched by `outer`. Exact: requirements on different keys are
 * independent, and those on one key are sets of values. An operator that is none contains nothing.
 */
export function containsSelector(outer: LabelSelector, inner: LabelSelector): boolean {
  const [wide, narrow] = [acceptedByKey(outer), acceptedByKey(inner)];
  if ([...narrow.values()].some(isEmpty)) return true;
  return [...wide].every(([key, accepted]) => isWithin(narrow.get(key) ?? ANYTHING, accepted));
}

/** Whether any set of labels can match. */
export function isSatisfiable(selector: LabelSelector): boolean {
  return ![...acceptedByKey(selector).values()].some(isEmpty);
}

/** What no label can be called or hold, as a stand-in for what nobody has thought of. */
const UNHEARD_OF = ' ';
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * Whether pods without any label are selected: `{}`, and everything that only excludes. Whoever is let in by not being
 * named is anyone.
 */
export function selectsAnyPod(selector: LabelSelector): boolean {
  return matchesSelector(selector, {});
}

/** Whether a namespace that nobody has labelled and whose name nobody has thought of is selected, as by `{}`. */
export function selectsAnyNamespace(selector: LabelSelector): boolean {
  return matchesSelector(selector, { [NAMESPACE_NAME_LABEL]: UNHEARD_OF });
}

/** The one namespace of this name. The label is Kubernetes' own and can't be edited. */
export function namespaceNamed(name: string): LabelSelector {
  return { matchLabels: { [NAMESPACE_NAME_LABEL]: name } };
}

function acceptedByKey({ matchLabels = {}, matchExpressions = [] }: LabelSelector): ReadonlyMap<string, Accepted> {
  const byKey = new Map<string, Narrowing>();
  const add = (key: string, accepted: Accepted): void => {
    byKey.set(key, narrowed(byKey.get(key) ?? { ...ANYTHING, listed: new Set() }, accepted));
  };
  for (const [key, value] of Object.entries(matchLabels)) add(key, acceptedValues([value]));
  for (const requirement of matchExpressions) add(requirement.key, acceptedBy(requirement));
  return byKey;
}

function acceptedBy({ operator, values = [] }: LabelSelectorRequirement): Accepted {
  switch (operator) {
    case 'In':
      return acceptedValues(values);
    case 'NotIn':
      return { absent: true, listed: new Set(values), inverted: true };
    case 'Exists':
      return { absent: false, listed: new Set(), inverted: true };
    case 'DoesNotExist':
      return { absent: true, listed: new Set(), inverted: false };
    default:
      return NOTHING;
  }
}

function acceptedValues(values: readonly string[]): Accepted {
  return { absent: false, listed: new Set(values), inverted: false };
}

/** What is left of a key's values: a set of its own, that requirements are taken out of one after another. */
interface Narrowing extends Accepted {
  readonly listed: Set<string>;
}

/**
 * What both accept. Costs no more than the values of `by`: tenants write selectors, and one of 1 MiB may name a key
 * twenty thousand times.
 */
function narrowed(known: Narrowing, by: Accepted): Narrowing {
  const absent = known.absent && by.absent;
  if (!by.inverted) {
    return { absent, listed: new Set([...by.listed].filter((value) => accepts(known, value))), inverted: false };
  }
  for (const value of by.listed) {
    if (known.inverted) known.listed.add(value);
    else known.listed.delete(value);
  }
  return { ...known, absent };
}

function accepts({ listed, inverted }: Accepted, value: string): boolean {
  return listed.has(value) !== inverted;
}

function isEmpty({ absent, listed, inverted }: Accepted): boolean {
  return !absent && !inverted && listed.size === 0;
}

/** All values but a few are within another such set only where that one leaves out no more. */
function isWithin(inner: Accepted, outer: Accepted): boolean {
  if (inner.absent && !outer.absent) return false;
  if (!inner.inverted) return [...inner.listed].every((value) => accepts(outer, value));
  return outer.inverted && [...outer.listed].every((value) => inner.listed.has(value));
}
