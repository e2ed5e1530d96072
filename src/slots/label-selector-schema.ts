import { Type } from 'typebox';
import type { LabelSelector } from '../semantics/selector.ts';
import { LIST_ATOMIC, cel, mapOf, oneOf } from './schema.ts';

const LABEL_VALUE = '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$';
const LABEL_KEY = '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$';

/** A label's key: 253 for the prefix, the slash, 63 for the name. */
export const labelKey = Type.String({
  description: 'The label key.',
  minLength: 1,
  maxLength: 317,
  pattern: LABEL_KEY,
});

const requirement = Type.Object(
  {
    key: labelKey,
    operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'How the key relates to the values.'),
    values: Type.Optional(
      Type.Array(Type.String({ maxLength: 63, pattern: LABEL_VALUE }), {
        description: 'Required by In and NotIn; forbidden with Exists and DoesNotExist.',
        maxItems: 32,
        ...LIST_ATOMIC,
      }),
    ),
  },
  cel({
    rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
    message: 'In and NotIn need values; Exists and DoesNotExist take none',
    fieldPath: '.values',
  }),
);

/** A LabelSelector as a structural schema. */
export function labelSelectorSchema(description: string) {
  return Type.Unsafe<LabelSelector>({
    ...Type.Object({
      matchLabels: Type.Optional(
        mapOf<string>(Type.String({ maxLength: 63, pattern: LABEL_VALUE }), {
          description: 'Labels that must be there with these values.',
          maxProperties: 16,
        }),
      ),
      matchExpressions: Type.Optional(
        Type.Array(requirement, { description: 'Requirements, all of which must hold.', maxItems: 16, ...LIST_ATOMIC }),
      ),
    }),
    description,
    'x-kubernetes-map-type': 'atomic',
  });
}
