import { Type } from 'typebox';
import type { Static } from 'typebox';
import { RFC3339_PATTERN } from '../semantics/rfc3339.ts';
import { labelSelectorSchema } from '../slots/label-selector-schema.ts';
import { slotKinds } from '../slots/registry.ts';
import { LIST_SET, cel, oneOf } from '../slots/schema.ts';
import { includeNames } from './policy-schema.ts';

const EFFECT =
  'Ignore leaves the slots as they are found. Remove takes them away and brings them back at expiry. Override puts `override` in the place of what the policies say.';

const policyName = Type.String({ minLength: 1, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$' });

/** `Kind/name` with `*` and `?` on either side of the one slash. */
const slotGlob = Type.String({ minLength: 3, maxLength: 128, pattern: '^[A-Za-z*?]+/[-a-z0-9*?]+$' });

const reasonText = Type.String({ description: 'Why, for whoever reviews it.', minLength: 1, maxLength: 1024 });

/** All of `spec` but the override's blocks. */
export const exceptionHeaderSchema = Type.Object({
  policyNames: Type.Optional(
    Type.Array(policyName, {
      description: 'The policies it is an exception from; absent means every policy.',
      minItems: 1,
      maxItems: 64,
      ...LIST_SET,
    }),
  ),
  namespaceSelector: Type.Optional(
    labelSelectorSchema('Labels of the namespaces; `{}` is all of them. ANDed with includeNames.'),
  ),
  includeNames,
  slots: Type.Optional(
    Type.Array(slotGlob, {
      description:
        'The slots, as `Kind/name` with `*` and `?` allowed: `ResourceQuota/*`, `NetworkPolicy/parapet-default-deny`. Absent means every slot of the policies. Not with Override, whose blocks say which.',
      minItems: 1,
      maxItems: 64,
      ...LIST_SET,
    }),
  ),
  effect: oneOf(['Ignore', 'Remove', 'Override'], EFFECT),
  owner: Type.String({ description: 'Who answers for it: a team, an address.', minLength: 1, maxLength: 253 }),
  reason: reasonText,
  expirationTime: Type.String({
    description:
      'When it ends, such as 2027-01-31T18:00:00Z. At most `--max-exception-duration` after its creation, or it is not honoured.',
    format: 'date-time',
    maxLength: 35,
    pattern: RFC3339_PATTERN,
  }),
});

export type ExceptionHeader = Static<typeof exceptionHeaderSchema>;

/** A partial policy: the blocks of every slot kind, none of them required. */
export const overrideSchema = Type.Object(
  Object.fromEntries(slotKinds.map(({ field, schema }) => [field, Type.Optional(schema)])),
  {
    description:
      "Blocks as in a policy, laid over those of the policies: what it names wins, also where it is looser; the rest stays the policies'.",
    minProperties: 1,
  },
);

/** `spec` as a whole. */
export const exceptionSpecSchema = Type.Object(
  { ...exceptionHeaderSchema.properties, override: Type.Optional(overrideSchema) },
  {
    description: 'Which slots of which policies are left out, where, how, for whom and until when.',
    ...cel(
      {
        rule: "self.effect != 'Override' || has(self.override)",
        message: 'effect Override needs the blocks that are to win',
        reason: 'FieldValueRequired',
        fieldPath: '.override',
      },
      {
        rule: "self.effect == 'Override' || !has(self.override)",
        message: 'only effect Override takes an override',
        reason: 'FieldValueForbidden',
        fieldPath: '.override',
      },
      {
        rule: "self.effect != 'Override' || !has(self.slots)",
        message: 'effect Override takes no slots: the blocks of the override say which',
        reason: 'FieldValueForbidden',
        fieldPath: '.slots',
      },
      {
        rule: 'has(self.namespaceSelector) || has(self.includeNames)',
        message: 'name the namespaces, here or in includeNames; {} is all of them',
        reason: 'FieldValueRequired',
        fieldPath: '.namespaceSelector',
      },
    ),
  },
);
