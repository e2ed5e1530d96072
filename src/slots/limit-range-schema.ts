import { Type } from 'typebox';
import type { Static } from 'typebox';
import { amountsSchema } from './resource-amounts.ts';
import { cel, listMap, oneOf } from './schema.ts';

/** The maps of a limit, each from resource to quantity. */
export const AMOUNTS = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** Resources without a domain, by the type of limit that may name them. */
export const KNOWN_RESOURCES = {
  Container: new Set(COMPUTE),
  Pod: new Set(COMPUTE),
  PersistentVolumeClaim: new Set(['storage']),
};

function amounts(description: string) {
  return Type.Optional(amountsSchema(description, new Set([...COMPUTE, 'storage'])));
}

export const CLAIM_NEEDS_STORAGE = 'PersistentVolumeClaim needs storage in min or max';
export const LIMITS_NOTHING = `a limit needs at least one of ${AMOUNTS.join(', ')}`;
export const NOT_FOR_PODS = 'Kubernetes knows no defaults for type Pod';

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
      message: NOT_FOR_PODS,
      fieldPath: '.default',
    },
    {
      rule: "self.type != 'Pod' || !has(self.defaultRequest)",
      message: NOT_FOR_PODS,
      fieldPath: '.defaultRequest',
    },
    {
      rule: "self.type != 'PersistentVolumeClaim' || (has(self.min) && 'storage' in self.min) || (has(self.max) && 'storage' in self.max)",
      message: CLAIM_NEEDS_STORAGE,
      fieldPath: '.type',
    },
    {
      rule: 'has(self.min) || has(self.max) || has(self.default) || has(self.defaultRequest) || has(self.maxLimitRequestRatio)',
      message: LIMITS_NOTHING,
    },
  ),
);

/** Schema of `spec.limitRange`. */
export const limitRangeSchema = Type.Object(
  {
    limits: Type.Array(limit, { description: 'One entry per type.', minItems: 1, maxItems: 3, ...listMap('type') }),
  },
  { description: 'The LimitRange `parapet-limits`: one per namespace, from the policy with the highest priority.' },
);

export type LimitRangeBlock = Static<typeof limitRangeSchema>;
export type Limit = LimitRangeBlock['limits'][number];
