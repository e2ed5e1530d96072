import { asList, asObject, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import { completedLimit } from './limit-range-defaults.ts';
import { limitProblems } from './limit-range-problems.ts';
import { AMOUNTS, limitRangeSchema } from './limit-range-schema.ts';
import type { LimitRangeBlock } from './limit-range-schema.ts';
import { duplicateProblems } from './problems.ts';
import type { ObjectKind, SlotKind } from './slot-kind.ts';

const limitRangeObject: ObjectKind = {
  resource: { group: '', version: 'v1', plural: 'limitranges', kind: 'LimitRange', namespaced: true },
  members: ['spec'],
  normalize: (object) => {
    const spec = asObject(object['spec']);
    return { spec: canonical({ ...spec, limits: asList(spec['limits']).map(completedLimit) }, AMOUNTS) };
  },
  order: () => 30,
  competes: () => 'is a second LimitRange: which default a container gets is left to chance, and every bound holds',
};

/** The one LimitRange of a namespace. */
export const limitRange: SlotKind<LimitRangeBlock> = {
  field: 'limitRange',
  schema: limitRangeSchema,
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
