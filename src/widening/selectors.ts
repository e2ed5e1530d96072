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
  const byKey = new Map<string, Accepted>();
  const add = (key: string, accepted: Accepted): void => {
    byKey.set(key, intersection(byKey.get(key) ?? ANYTHING, accepted));
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

function intersection(a: Accepted, b: Accepted): Accepted {
  const absent = a.absent && b.absent;
  if (a.inverted && b.inverted) return { absent, listed: new Set([...a.listed, ...b.listed]), inverted: true };
  const [listing, other] = a.inverted ? [b, a] : [a, b];
  return { absent, listed: new Set([...listing.listed].filter((value) => accepts(other, value))), inverted: false };
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
