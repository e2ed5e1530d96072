import { Type } from 'typebox';
import type { Static } from 'typebox';
import { LIST_ATOMIC, listMap, oneOf } from '../slots/schema.ts';
import { SLOT_STATES, count, observedGeneration, slotText, text, time } from './report-schema.ts';

/** Bounds that keep the status under 64 KiB at any number of namespaces. */
export const MAX_WORST = 20;
export const MAX_LAST_REPAIRS = 5;
/** Longer messages are cut by whoever writes the status. */
export const MAX_MESSAGE_LENGTH = 1024;

export const CONDITION_TYPES = [
  'Ready',
  'Reconciling',
  'Stalled',
  'Drifted',
  'Degraded',
  'Conflicted',
  'Contested',
  'Suspended',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** A condition; `types` names those there are. */
export function conditionSchema(types: string) {
  return Type.Object({
    type: text(`What it is about: ${types}.`, 63),
    status: oneOf(['True', 'False', 'Unknown'], 'Whether it holds.'),
    reason: text('One CamelCase word, stable.', 128),
    message: text('For people; may change between releases.', MAX_MESSAGE_LENGTH),
    observedGeneration: Type.Optional(count('The generation of spec it speaks of.')),
    lastTransitionTime: time('When `status` last changed.'),
  });
}

const condition = conditionSchema('Ready, Reconciling, Stalled, Drifted, Degraded, Conflicted, Contested or Suspended');

const repair = Type.Object({
  namespace: text('Where.', 63),
  slot: slotText(),
  kind: text('The kind of drift that was repaired.', 63),
  actor: text('Field manager that claims the change, `unknown` where the cluster cannot tell.'),
  time: time('When it was repaired.'),
});

const worst = Type.Object({
  namespace: text('Where.', 63),
  state: oneOf(SLOT_STATES, 'How the slot stands.'),
  slot: slotText(),
  message: text('What differs, or why it cannot be mended.', MAX_MESSAGE_LENGTH),
});

/** Schema of `status`. Its size does not grow with the cluster. */
export const policyStatusSchema = Type.Object(
  {
    observedGeneration,
    conditions: Type.Optional(
      Type.Array(condition, { description: 'Read as kstatus does.', maxItems: 16, ...listMap('type') }),
    ),
    namespaces: Type.Optional(
      Type.Object(
        {
          matched: count('Namespaces this policy selects.'),
          compliant: count('Of those, in the posture the policy declares.'),
          drifted: count('Of those, with drift that stands.'),
          blocked: count('Of those, with something that cannot be repaired.'),
          held: count('Of those, with a change that waits for running workloads.'),
          exempt: count('Of those, covered by a SecurityException and otherwise well.'),
          pending: count('Of those, not looked at yet in this generation.'),
          summary: text('compliant/matched, for the column.', 32),
        },
        { description: 'How many namespaces stand how.' },
      ),
    ),
    drift: Type.Optional(
      Type.Object(
        {
          open: count('Slots that differ now.'),
          lastDetectedTime: Type.Optional(time('When drift was last found.')),
          lastRepairs: Type.Optional(
            Type.Array(repair, {
              description: 'The latest repairs, newest first.',
              maxItems: MAX_LAST_REPAIRS,
              ...LIST_ATOMIC,
            }),
          ),
        },
        { description: 'What drifted and what was mended.' },
      ),
    ),
    worst: Type.Optional(
      Type.Array(worst, { description: 'The slots that need a look first.', maxItems: MAX_WORST, ...LIST_ATOMIC }),
    ),
    truncated: Type.Optional(count('How many slots with a finding `worst` had no room for.')),
  },
  { description: 'What Parapet found and did.', default: { observedGeneration: -1 } },
);

export type PolicyStatus = Static<typeof policyStatusSchema>;
export type PolicyCondition = Static<typeof condition>;
export type PolicyRepair = Static<typeof repair>;
export type WorstSlot = Static<typeof worst>;
