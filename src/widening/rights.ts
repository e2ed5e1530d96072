/** A rule of a Role or ClusterRole, as the API serves it. A list that is absent or empty grants nothing. */
export interface RbacRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  /** `pods`, `pods/log`; `*` is every resource and subresource, `*` before a slash every resource's. */
  readonly resources?: readonly string[];
  /** Empty or absent: objects of any name. */
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** The smallest thing a rule grants: one verb on one resource or URL. Wildcards stay as they are written. */
export type Right = ResourceRight | UrlRight;

export interface ResourceRight {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  /** Absent: objects of any name. */
  readonly name?: string;
}

export interface UrlRight {
  readonly verb: string;
  readonly url: string;
}

/** How a right is told: `get deployments.apps/scale`, `list secrets`, `get /metrics`. */
export function describeRight(right: Right): string {
  if ('url' in right) return `${right.verb} ${right.url}`;
  const [resource = '', ...sub] = right.resource.split('/');
  const qualified = [right.group === '' ? resource : `${resource}.${right.group}`, ...sub].join('/');
  return `${right.verb} ${qualified}${right.name === undefined ? '' : ` "${right.name}"`}`;
}

/**
 * The first right that `wanted` grants and `ceiling` doesn't; undefined where the ceiling's rules together cover all of
 * it. Says the same as `Covers` of k8s.io/component-helpers/auth/rbac/validation, which guards against escalation: every
 * right has to be covered by one rule, and a wildcard only by a wildcard.
 *
 * A rule stands for the product of its lists, and tenants write rules: so values that the same ceiling rules match are
 * looked at once, and the work grows with the lists, not with their product.
 */
export function exceedingRight(wanted: readonly RbacRule[], ceiling: readonly RbacRule[]): Right | undefined {
  for (const rule of wanted) {
    const right = exceedingResource(rule, ceiling) ?? exceedingUrl(rule, ceiling);
    if (right !== undefined) return right;
  }
  return undefined;
}

/** One value of each of a rule's lists is a right; each value knows which ceiling rules match it, as a bit set. */
interface Value {
  readonly text: string | undefined;
  readonly matchedBy: bigint;
}

type Dimension = readonly Value[];

/** A ceiling could be made so that nothing can be looked at together: then what can't be judged counts as exceeding. */
const MAX_COMBINATIONS = 100_000;

function exceedingResource(rule: RbacRule, ceiling: readonly RbacRule[]): ResourceRight | undefined {
  const names = rule.resourceNames ?? [];
  const uncovered = firstUncovered([
    dimension(rule.verbs, ceiling, coversVerb),
    dimension(rule.apiGroups, ceiling, ({ apiGroups = [] }, group) => hasOrAll(apiGroups, group)),
    dimension(rule.resources, ceiling, coversResource),
    names.length === 0 ? [anyName(ceiling)] : dimension(names, ceiling, coversName),
  ]);
  if (uncovered === undefined) return undefined;
  const [verb = '', group = '', resource = '', name] = uncovered;
  return { verb, group, resource, ...(name === undefined ? {} : { name }) };
}

function exceedingUrl(rule: RbacRule, ceiling: readonly RbacRule[]): UrlRight | undefined {
  const uncovered = firstUncovered([
    dimension(rule.verbs, ceiling, coversVerb),
    dimension(rule.nonResourceURLs, ceiling, coversUrl),
    [anyName(ceiling)],
  ]);
  if (uncovered === undefined) return undefined;
  const [verb = '', url = ''] = uncovered;
  return { verb, url };
}

function coversVerb({ verbs = [] }: RbacRule, verb: string): boolean {
  return hasOrAll(verbs, verb);
}

/** `*` covers subresources too; what is written `pods/*` means nothing to the API server, and only itself covers it. */
function coversResource({ resources = [] }: RbacRule, resource: string): boolean {
  if (hasOrAll(resources, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && resources.includes(`*${resource.slice(slash)}`);
}

function coversName({ resourceNames = [] }: RbacRule, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

/** `/healthz/*` covers what begins with `/healthz/`. */
function coversUrl({ nonResourceURLs = [] }: RbacRule, url: string): boolean {
  return nonResourceURLs.some(
    (outer) => outer === url || (outer.endsWith('*') && url.startsWith(outer.replace(/\*+$/, ''))),
  );
}

function hasOrAll(list: readonly string[], text: string): boolean {
  return list.includes('*') || list.includes(text);
}

/** Objects of any name are covered only by a rule that names none. */
function anyName(ceiling: readonly RbacRule[]): Value {
  return { text: undefined, matchedBy: bits(ceiling, ({ resourceNames = [] }) => resourceNames.length === 0) };
}

/**
 * A rule's list, one value for each way the ceiling matches. Where one value is matched by less than another, whatever
 * combination covers the first covers the second: only the least covered values are kept.
 */
function dimension(
  list: readonly string[] = [],
  ceiling: readonly RbacRule[],
  covers: (rule: RbacRule, text: string) => boolean,
): Dimension {
  const distinct = new Map<bigint, Value>();
  for (const text of list) {
    const matchedBy = bits(ceiling, (rule) => covers(rule, text));
    if (!distinct.has(matchedBy)) distinct.set(matchedBy, { text, matchedBy });
  }
  const values = [...distinct.values()];
  return values.filter(
    (value) => !values.some((other) => other !== value && (other.matchedBy & value.matchedBy) === other.matchedBy),
  );
}

function bits(ceiling: readonly RbacRule[], matches: (rule: RbacRule) => boolean): bigint {
  return ceiling.reduce((sum, rule, index) => (matches(rule) ? sum | (1n << BigInt(index)) : sum), 0n);
}

/** One value of each dimension that no single rule matches all of; nothing where a dimension is empty. */
function firstUncovered(dimensions: readonly Dimension[]): readonly (string | undefined)[] | undefined {
  if (dimensions.some((values) => values.length === 0)) return undefined;
  let partial: readonly Combination[] = [{ texts: [], matchedBy: -1n }];
  for (const values of dimensions) {
    if (partial.length <= MAX_COMBINATIONS) partial = combined(partial, values);
  }
  return partial.find(({ texts, matchedBy }) => matchedBy === 0n || texts.length < dimensions.length)?.texts;
}

/** Values of the first dimensions, and the rules that match all of them. */
interface Combination {
  readonly texts: readonly (string | undefined)[];
  readonly matchedBy: bigint;
}

function combined(partial: readonly Combination[], values: Dimension): readonly Combination[] {
  const next = new Map<bigint, Combination>();
  for (const { texts, matchedBy } of partial) {
    for (const value of values) {
      const both = matchedBy & value.matchedBy;
      if (!next.has(both)) next.set(both, { texts: [...texts, value.text], matchedBy: both });
    }
  }
  return [...next.values()];
}
