import { Type } from 'typebox';
import type { TSchema } from 'typebox';

/**
 * One CEL rule of a CRD schema. `fieldPath` is relative to the schema it stands on, and makes the refusal name the
 * field. Only libraries of Kubernetes 1.31 and older may be used.
 */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
}

/** The option that puts CEL rules on a schema. */
export function cel(...rules: readonly CelRule[]): { readonly 'x-kubernetes-validations': readonly CelRule[] } {
  const withReason = rules.map((rule) => ({ reason: 'FieldValueInvalid' as const, ...rule }));
  return { 'x-kubernetes-validations': withReason };
}

/** A rule without a fieldPath of its own. */
export function invalid(rule: string, message: string): CelRule {
  return { rule, message };
}

/** A list whose items are told apart by these members, so that two managers can each own some. */
export function listMap(...keys: readonly string[]): Readonly<Record<string, unknown>> {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys };
}

/** A list without duplicates. */
export const LIST_SET = { 'x-kubernetes-list-type': 'set' } as const;
/** A list that has one owner as a whole. */
export const LIST_ATOMIC = { 'x-kubernetes-list-type': 'atomic' } as const;

/**
 * The short name of a quota, role or policy. 40 characters leave room for `parapet-policy-` and a suffix within the
 * 63 of a label.
 */
export const slotName = Type.String({
  description:
    'Names the object: `parapet-` (for policies `parapet-policy-`) and this. A DNS label of at most 40 characters.',
  minLength: 1,
  maxLength: 40,
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
});

/** A string of one of these values. `Type.Union` of literals would emit `const`, which a CRD refuses. */
export function oneOf<const Values extends readonly string[]>(values: Values, description: string) {
  return Type.Unsafe<Values[number]>({ type: 'string', description, enum: [...values] });
}

/** A map from string to `items`. `Type.Record` would emit patternProperties, which a CRD refuses. */
export function mapOf<Value>(items: TSchema, options: Readonly<Record<string, unknown>>) {
  return Type.Unsafe<Readonly<Record<string, Value>>>({ type: 'object', additionalProperties: items, ...options });
}
