import type { Schema } from '../slots/schema-samples.ts';

/** A value that a field must not have; undefined is no field at all. */
export interface BadValue {
  readonly fault: string;
  readonly value: unknown;
}

/** Where a value stands in its object: members by name, items by index. */
export type Path = readonly (string | number)[];

/** A field of an object, with what the schema says of it. */
export interface Field {
  readonly path: Path;
  readonly schema: Schema;
  readonly value: unknown;
  readonly required: boolean;
}

/** Every field that `value` sets, and those within, from the outside in. */
export function fieldsOf(schema: Schema, value: unknown, path: Path = []): readonly Field[] {
  return membersOf(schema, value).flatMap(({ key, schema: own, value: member, required }) => {
    const at = [...path, key];
    return [{ path: at, schema: own, value: member, required }, ...fieldsOf(own, member, at)];
  });
}

interface Member extends Omit<Field, 'path'> {
  readonly key: string | number;
}

function membersOf(schema: Schema, value: unknown): readonly Member[] {
  const { items, additionalProperties, properties = {}, required = [] } = schema;
  if (Array.isArray(value)) {
    return value.map((item: unknown, key) => ({ key, schema: items ?? {}, value: item, required: false }));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, member]) => ({
    key,
    schema: properties[key] ?? additionalProperties ?? {},
    value: member as unknown,
    required: required.includes(key),
  }));
}

/** The places of a schema, each spelled like `spec.roles[].rules[].verbs[]`; members of maps as `{}`. */
export function placesOf({ properties = {}, items, additionalProperties }: Schema, at = ''): readonly string[] {
  const below = (place: string, schema: Schema): readonly string[] => [place, ...placesOf(schema, place)];
  return [
    ...Object.entries(properties).flatMap(([name, schema]) => below(at === '' ? name : `${at}.${name}`, schema)),
    ...(items === undefined ? [] : below(`${at}[]`, items)),
    ...(additionalProperties === undefined ? [] : below(`${at}{}`, additionalProperties)),
  ];
}

/** What is wrong for a field, by its schema: wrong type, out of range, unknown, empty, huge, absent. */
export function badValues({ schema, value, required }: Field): readonly BadValue[] {
  return [
    { fault: 'of another type', value: otherType(schema) },
    ...(required ? [{ fault: 'absent', value: undefined }] : []),
    ...(schema.enum === undefined ? [] : [{ fault: 'unknown', value: 'Nonsense' }]),
    ...ofLength(schema),
    ...ofRange(schema),
    ...ofSize(schema, value),
  ];
}

function otherType(schema: Schema): unknown {
  if (schema.type === 'boolean') return 'yes';
  return schema.type === 'string' ? 7 : true;
}

function ofLength({ type, minLength = 0, maxLength, pattern, enum: values }: Schema): readonly BadValue[] {
  if (type !== 'string') return [];
  const refusesEmpty =
    minLength > 0 || values !== undefined || (pattern !== undefined && !new RegExp(pattern).test(''));
  return [
    ...(refusesEmpty ? [{ fault: 'empty', value: '' }] : []),
    ...(maxLength === undefined ? [] : [{ fault: 'too long', value: 'x'.repeat(maxLength + 1) }]),
    ...(pattern === undefined ? [] : [{ fault: 'of a wrong form', value: ' /?' }]),
  ];
}

function ofRange({ type, minimum, maximum }: Schema): readonly BadValue[] {
  if (type !== 'integer') return [];
  return [
    ...(minimum === undefined ? [] : [{ fault: 'too small', value: minimum - 1 }]),
    ...(maximum === undefined ? [] : [{ fault: 'too large', value: maximum + 1 }]),
  ];
}

function ofSize(
  { minItems = 0, maxItems, minProperties = 0, maxProperties }: Schema,
  value: unknown,
): readonly BadValue[] {
  const [first] = Array.isArray(value) ? (value as readonly unknown[]) : Object.values(value ?? {});
  const many = (count: number): readonly unknown[] => Array.from({ length: count }, () => first);
  return [
    ...(minItems > 0 ? [{ fault: 'an empty list', value: [] }] : []),
    ...(minProperties > 0 ? [{ fault: 'an empty map', value: {} }] : []),
    ...(maxItems === undefined ? [] : [{ fault: 'a list too long', value: many(maxItems + 1) }]),
    ...(maxProperties === undefined
      ? []
      : [
          {
            fault: 'a map too large',
            value: Object.fromEntries(many(maxProperties + 1).map((each, at) => [`k${at}`, each])),
          },
        ]),
  ];
}

/** The object with another value at one place. */
export function spoiled(object: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(object)) return object.map((item: unknown, at) => (at === key ? spoiled(item, rest, value) : item));
  const members = object as Readonly<Record<string, unknown>>;
  const { [key]: member, ...others } = members;
  const next = spoiled(member, rest, value);
  return next === undefined ? others : { ...others, [key]: next };
}
