import { asObject } from './canonical.ts';
import type { JsonObject } from './canonical.ts';
import type { Json } from './kube-object.ts';
import { AMOUNTS } from './limit-range-schema.ts';
import { canonicalAmounts } from './resource-amounts.ts';

/** SetDefaults_LimitRangeItem of Kubernetes' core/v1: containers only, each map falling back on the next. */
export function completedLimit(item: Json): JsonObject {
  const entry = asObject(item);
  const canonicalized = Object.fromEntries(AMOUNTS.map((name) => [name, canonicalAmounts(entry[name])]));
  if (entry['type'] !== 'Container') return { ...entry, ...canonicalized };
  const defaults = { ...canonicalized['max'], ...canonicalized['default'] };
  const requests = { ...canonicalized['min'], ...defaults, ...canonicalized['defaultRequest'] };
  return { ...entry, ...canonicalized, default: defaults, defaultRequest: requests };
}
