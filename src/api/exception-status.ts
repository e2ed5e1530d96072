import { Type } from 'typebox';
import type { Static } from 'typebox';
import { LIST_ATOMIC, listMap } from '../slots/schema.ts';
import { conditionSchema } from './policy-status.ts';
import { count, observedGeneration, text } from './report-schema.ts';

/** Names of namespaces that a status lists at most. */
export const MAX_MATCHED_NAMES = 10;

/** Schema of `status` of a SecurityException. Its size does not grow with the cluster. */
export const exceptionStatusSchema = Type.Object(
  {
    observedGeneration,
    conditions: Type.Optional(
      Type.Array(conditionSchema('Ready, Reconciling, Stalled or Degraded'), {
        description: 'Read as kstatus does.',
        maxItems: 8,
        ...listMap('type'),
      }),
    ),
    matched: Type.Optional(
      Type.Object(
        {
          namespaces: count('Namespaces in which it covers a slot.'),
          slots: count('Slots it covers there, in all.'),
          names: Type.Array(text('A namespace.', 63), {
            description: 'The first of those namespaces, by name.',
            maxItems: MAX_MATCHED_NAMES,
            ...LIST_ATOMIC,
          }),
        },
        { description: 'What it covers now; nothing once it has ended.' },
      ),
    ),
  },
  { description: 'What Parapet makes of it.', default: { observedGeneration: -1 } },
);

export type ExceptionStatus = Static<typeof exceptionStatusSchema>;
