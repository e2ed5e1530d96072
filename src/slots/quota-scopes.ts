import { Type } from 'typebox';
import type { Static } from 'typebox';
import { LIST_ATOMIC, LIST_SET, cel, oneOf } from './schema.ts';
import type { CelRule } from './schema.ts';
import type { Problem } from './slot-kind.ts';

const PAIRS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;
/** Scopes that have values; all others are there or not. */
const VALUED = ['PriorityClass', 'VolumeAttributesClass'];

const NEEDS_VALUES = 'In and NotIn need values; Exists and DoesNotExist take none';
const EXISTS_ONLY = 'this scope takes Exists only';

const scope = oneOf(
  [
    'Terminating',
    'NotTerminating',
    'BestEffort',
    'NotBestEffort',
    'CrossNamespacePodAffinity',
    'PriorityClass',
    'VolumeAttributesClass',
  ],
  'A quota scope.',
);

const requirement = Type.Object(
  {
    scopeName: scope,
    operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'How the scope relates to the values.'),
    values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
        description: 'Required by In and NotIn; forbidden with Exists and DoesNotExist.',
        maxItems: 16,
        ...LIST_ATOMIC,
      }),
    ),
  },
  cel(
    {
      rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message: NEEDS_VALUES,
      fieldPath: '.values',
    },
    {
      rule: `self.scopeName in ${JSON.stringify(VALUED)} || self.operator == 'Exists'`,
      message: EXISTS_ONLY,
      fieldPath: '.operator',
    },
  ),
);

/** Schema of a quota's `scopes`. */
export const scopesSchema = Type.Array(scope, {
  description: 'Scopes a counted object must match. Immutable in Kubernetes: a change recreates the quota.',
  maxItems: 6,
  ...LIST_SET,
  ...cel(
    ...PAIRS.map(([one, other]): CelRule => ({
      rule: `!('${one}' in self && '${other}' in self)`,
      message: exclusion(one, other),
    })),
  ),
});

/** Schema of a quota's `scopeSelector`. */
export const scopeSelectorSchema = Type.Object(
  {
    matchExpressions: Type.Array(requirement, {
      description: 'Requirements, all of which must hold.',
      minItems: 1,
      maxItems: 8,
      ...LIST_ATOMIC,
      ...cel(
        ...PAIRS.map(([one, other]): CelRule => ({
          rule: `!(self.exists(r, r.scopeName == '${one}') && self.exists(r, r.scopeName == '${other}'))`,
          message: exclusion(one, other),
        })),
      ),
    }),
  },
  { description: 'Scopes with values, such as a priority class.', 'x-kubernetes-map-type': 'atomic' },
);

type ScopeSelector = Static<typeof scopeSelectorSchema>;

/** The part of a quota that says what it counts. */
interface Scoped {
  readonly hard: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
  readonly scopeSelector?: ScopeSelector;
}

/** Kubernetes' validateResourceQuotaScopes and validateScopeSelector. `isStandard` knows resources without a domain. */
export function scopeProblems(
  quota: Scoped,
  path: string,
  isStandard: (resource: string) => boolean,
): readonly Problem[] {
  const standard = Object.keys(quota.hard).filter(isStandard);
  const requirements = quota.scopeSelector?.matchExpressions ?? [];
  const lists = [
    { at: `${path}.scopes`, names: quota.scopes ?? [] },
    { at: `${path}.scopeSelector.matchExpressions`, names: requirements.map(({ scopeName }) => scopeName) },
  ];
  return [
    ...lists.flatMap(({ at, names }) => listMessages(names, standard).map((message) => ({ path: at, message }))),
    ...requirements.flatMap((entry, index) =>
      requirementProblems(entry, `${path}.scopeSelector.matchExpressions[${index}]`),
    ),
  ];
}

function listMessages(names: readonly string[], standard: readonly string[]): readonly string[] {
  const uncovered = names.flatMap((name) =>
    standard
      .filter((resource) => !covers(name, resource))
      .map((resource) => `the scope ${name} cannot limit ${resource}`),
  );
  const exclusive = PAIRS.filter((pair) => pair.every((name) => names.includes(name)));
  return [...uncovered, ...exclusive.map(([one, other]) => exclusion(one, other))];
}

function requirementProblems(
  { scopeName, operator, values = [] }: ScopeSelector['matchExpressions'][number],
  path: string,
): readonly Problem[] {
  const needsValues = operator === 'In' || operator === 'NotIn';
  return [
    ...(needsValues === values.length > 0 ? [] : [{ path: `${path}.values`, message: NEEDS_VALUES }]),
    ...(VALUED.includes(scopeName) || operator === 'Exists'
      ? []
      : [{ path: `${path}.operator`, message: EXISTS_ONLY }]),
  ];
}

/** Kubernetes' IsResourceQuotaScopeValidForResource: most scopes speak of pods and their compute only. */
function covers(name: string, resource: string): boolean {
  if (name === 'BestEffort') return resource === 'pods';
  if (name === 'VolumeAttributesClass') return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
  return resource === 'pods' || /^((requests|limits)\.)?(cpu|memory)$/.test(resource);
}

function exclusion(one: string, other: string): string {
  return `${one} and ${other} exclude each other`;
}
