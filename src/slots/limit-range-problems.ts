import { compareProduct, compareQuantities } from '../semantics/quantity.ts';
import { completedLimit } from './limit-range-defaults.ts';
import { AMOUNTS, CLAIM_NEEDS_STORAGE, KNOWN_RESOURCES, LIMITS_NOTHING, NOT_FOR_PODS } from './limit-range-schema.ts';
import type { Limit } from './limit-range-schema.ts';
import { amountProblems, isHugePages } from './resource-amounts.ts';
import type { Amounts } from './resource-amounts.ts';
import type { Problem } from './slot-kind.ts';

/** Kubernetes' ValidateLimitRange, on the entry as the server would complete it. */
export function limitProblems(entry: Limit, path: string): readonly Problem[] {
  const rules = { known: KNOWN_RESOURCES[entry.type], counted: () => false };
  const faults = AMOUNTS.flatMap((name) => amountProblems(entry[name] ?? {}, `${path}.${name}`, rules));
  const completed = completedLimit(entry) as Readonly<Record<string, Amounts>>;
  const shape = shapeProblems(entry, path);
  if (faults.length > 0) return [...shape, ...faults];
  return [
    ...shape,
    ...orderProblems(completed, path),
    ...overcommitProblems(completed, path),
    ...ratioProblems(entry, path),
  ];
}

function shapeProblems(entry: Limit, path: string): readonly Problem[] {
  const forPods =
    entry.type === 'Pod' ? (['default', 'defaultRequest'] as const).filter((name) => entry[name] !== undefined) : [];
  const claim =
    entry.type === 'PersistentVolumeClaim' &&
    entry.min?.['storage'] === undefined &&
    entry.max?.['storage'] === undefined;
  const nothing = AMOUNTS.every((name) => entry[name] === undefined);
  return [
    ...forPods.map((name) => ({ path: `${path}.${name}`, message: NOT_FOR_PODS })),
    ...(claim ? [{ path: `${path}.type`, message: CLAIM_NEEDS_STORAGE }] : []),
    ...(nothing ? [{ path, message: LIMITS_NOTHING }] : []),
  ];
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
