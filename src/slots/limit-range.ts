import { Type } from 'typebox';
import type { Static } from 'typebox';
import { compareProduct, compareQuantities } from '../semantics/quantity.ts';
import { asList, asObject, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Json } from './kube-object.ts';
import { duplicateProblems } from './problems.ts';
import { amountProblems, amountsSchema, canonicalAmounts, isHugePages } from './resource-amounts.ts';
import type { Amounts } from './resource-amounts.ts';
import { cel, listMap, oneOf } from './schema.ts';
import type { ObjectKind, Problem, SlotKind } from './slot-kind.ts';

const AMOUNTS = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const KNOWN = {
  Container: new Set(COMPUTE),
  Pod: new Set(COMPUTE),
  PersistentVolumeClaim: new Set(['storage']),
};

function amounts(description: string) {
  return Type.Optional(amountsSchema(description, new Set([...COMPUTE, 'storage'])));
}

const limit = Type.Object(
  {
    type: oneOf(['Container', 'Pod', 'PersistentVolumeClaim'], 'What the limits are about.'),
    min: amounts('The least one may ask for.'),
    max: amounts('The most one may ask for.'),
    default: amounts('The limit of containers that set none; `max` where absent.'),
    defaultRequest: amounts('The request of containers that set none; `default`, then `min`, where absent.'),
    maxLimitRequestRatio: amounts('How many times the request a limit may be.'),
  },
  cel(
    {
      rule: "self.type != 'Pod' || !has(self.default)",
      message: 'default is not for type Pod',
      fieldPath: '.default',
    },
    {
      rule: "self.type != 'Pod' || !has(self.defaultRequest)",
      message: 'defaultRequest is not for type Pod',
      fieldPath: '.defaultRequest',
    },
    {
      rule: "self.type != 'PersistentVolumeClaim' || (has(self.min) && 'storage' in self.min) || (has(self.max) && 'storage' in self.max)",
      message: 'PersistentVolumeClaim needs storage in min or max',
      fieldPath: '.type',
    },
    {
      rule: 'has(self.min) || has(self.max) || has(self.default) || has(self.defaultRequest) || has(self.maxLimitRequestRatio)',
      message: 'a limit needs at least one of min, max, default, defaultRequest, maxLimitRequestRatio',
    },
  ),
);

const schema = Type.Object(
  {
    limits: Type.Array(limit, { description: 'One entry per type.', minItems: 1, maxItems: 3, ...listMap('type') }),
  },
  { description: 'The LimitRange `parapet-limits`: one per namespace, from the policy with the highest priority.' },
);

type LimitRangeBlock = Static<typeof schema>;
type Limit = LimitRangeBlock['limits'][number];

const limitRangeObject: ObjectKind = {
  resource: { group: '', version: 'v1', plural: 'limitranges', kind: 'LimitRange', namespaced: true },
  members: ['spec'],
  normalize: (object) => {
    const spec = asObject(object['spec']);
    return { spec: canonical({ ...spec, limits: asList(spec['limits']).map(normalizeLimit) }, AMOUNTS) };
  },
  order: () => 30,
};

/** The one LimitRange of a namespace. */
export const limitRange: SlotKind<LimitRangeBlock> = {
  field: 'limitRange',
  schema,
  objects: [limitRangeObject],
  validate: ({ limits }) => [
    ...duplicateProblems(limits, 'type', 'limits'),
    ...limits.flatMap((entry, index) => limitProblems(entry, `limits[${index}]`)),
  ],
  fold: (claims) =>
    highestPriority(claims, (block) => [
      { kind: 'LimitRange', name: 'parapet-limits', content: limitRangeObject.normalize({ spec: block }) },
    ]),
};

/** SetDefaults_LimitRangeItem of Kubernetes' core/v1: containers only, each map falling back on the next. */
function normalizeLimit(item: Json): Json {
  const entry = asObject(item);
  const canonicalized = Object.fromEntries(AMOUNTS.map((name) => [name, canonicalAmounts(entry[name])]));
  if (entry['type'] !== 'Container') return { ...entry, ...canonicalized };
  const defaults = { ...canonicalized['max'], ...canonicalized['default'] };
  const requests = { ...canonicalized['min'], ...defaults, ...canonicalized['defaultRequest'] };
  return { ...entry, ...canonicalized, default: defaults, defaultRequest: requests };
}

/** Kubernetes' ValidateLimitRange, on the entry as the server would complete it. */
function limitProblems(entry: Limit, path: string): readonly Problem[] {
  const rules = { known: KNOWN[entry.type], counted: () => false };
  const faults = AMOUNTS.flatMap((name) => amountProblems(entry[name] ?? {}, `${path}.${name}`, rules));
  if (faults.length > 0) return faults;
  const completed = asObject(normalizeLimit(entry)) as Readonly<Record<string, Amounts>>;
  return [...orderProblems(completed, path), ...overcommitProblems(completed, path), ...ratioProblems(entry, path)];
}

/** Each pair must not descend. */
const ASCENDING = [
  ['min', 'max'],
  ['min', 'defaultRequest'],
  ['defaultRequest', 'default'],
  ['defaultRequest', 'max'],
  ['min', 'default'],
  ['default', 'max'],
] as const;

function orderProblems(completed: Readonly<Record<string, Amounts>>, path: string): readonly Problem[] {
  return ASCENDING.flatMap(([lower, upper]) =>
    Object.entries(completed[lower] ?? {}).flatMap(([name, least]) => {
      const most = completed[upper]?.[name];
      const descends = most !== undefined && (compareQuantities(least, most) ?? 0) > 0;
      return descends
        ? [{ path: `${path}.${lower}[${name}]`, message: `${lower} ${least} is larger than ${upper} ${most}` }]
        : [];
    }),
  );
}

/** Extended resources and huge pages can't be promised twice: what is requested is what is granted. */
function overcommitProblems(completed: Readonly<Record<string, Amounts>>, path: string): readonly Problem[] {
  return Object.entries(completed['defaultRequest'] ?? {})
    .filter(([name, request]) => {
      const granted = completed['default']?.[name];
      const overcommits = !isHugePages(name) && (!name.includes('/') || name.includes('kubernetes.io/'));
      return !overcommits && granted !== undefined && compareQuantities(request, granted) !== 0;
    })
    .map(([name]) => ({
      path: `${path}.defaultRequest[${name}]`,
      message: `must equal default: ${name} cannot be overcommitted`,
    }));
}

function ratioProblems({ maxLimitRequestRatio = {}, min, max }: Limit, path: string): readonly Problem[] {
  return Object.entries(maxLimitRequestRatio).flatMap(([name, ratio]) => {
    const low = (compareQuantities(ratio, 1) ?? 0) < 0;
    const high = (compareProduct(ratio, min?.[name] ?? '', max?.[name] ?? '') ?? 0) > 0;
    if (!low && !high) return [];
    const message = low ? 'a ratio must be at least 1' : 'a ratio must not be larger than max divided by min';
    return [{ path: `${path}.maxLimitRequestRatio[${name}]`, message }];
  });
}
