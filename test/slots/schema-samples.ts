import fc from 'fast-check';
import type { SlotKind } from '../../src/slots/slot-kind.ts';

/** The keywords of a structural schema that samples follow, and that tell what may not be there. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** The same at every run: a test that fails goes on failing. */
const SEED = 1;
/** Keys of maps: nearly every map in Kubernetes takes what labels take. */
const mapKeys = fc.constantFrom('app', 'example.com/tier');

/**
 * Blocks from a kind's own schema, without those its `validate` refuses: what a kind is tested with that has no samples
 * written by hand. Few different strings, so that policies meet at the same slot.
 */
export function schemaSamples(kind: SlotKind): fc.Arbitrary<unknown> {
  const schema = JSON.parse(JSON.stringify(kind.schema)) as Schema;
  const samples = fc.sample(samplesOf(schema), { numRuns: 500, seed: SEED });
  const valid = samples.filter((block) => kind.validate(block).length === 0);
  if (valid.length === 0) throw new Error(`${kind.field}: no sample is valid; write some in test/slots/samples.ts`);
  return fc.constantFrom(...valid);
}

function samplesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(integers(schema), strings(schema));
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties === undefined ? records(schema) : maps(schema, schema.additionalProperties);
    case 'array':
      return lists(schema, schema.items ?? {});
    case 'string':
      return strings(schema);
    case 'integer':
      return integers(schema);
    case 'boolean':
      return fc.boolean();
    default:
      throw new Error(`no samples for ${JSON.stringify(schema)}`);
  }
}

function records({ properties = {}, required = [], minProperties = 0 }: Schema): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, member]) => [name, samplesOf(member)] as const);
  return fc
    .record(Object.fromEntries(members), { requiredKeys: [...required], noNullPrototype: true })
    .filter((record) => Object.keys(record).length >= minProperties);
}

function maps({ minProperties = 0 }: Schema, values: Schema): fc.Arbitrary<unknown> {
  return fc.dictionary(mapKeys, samplesOf(values), { minKeys: minProperties, maxKeys: 2, noNullPrototype: true });
}

function lists(schema: Schema, items: Schema): fc.Arbitrary<unknown> {
  const { minItems: minLength = 0, maxItems = minLength + 2, 'x-kubernetes-list-map-keys': keys } = schema;
  const bounds = { minLength, maxLength: Math.min(maxItems, minLength + 2) };
  if (schema['x-kubernetes-list-type'] === 'atomic') return fc.array(samplesOf(items), bounds);
  const identity = (item: unknown): string =>
    JSON.stringify(keys?.map((key) => (item as Readonly<Record<string, unknown>>)[key]) ?? item);
  return fc.uniqueArray(samplesOf(items), { ...bounds, selector: identity });
}

function strings({ pattern, minLength = 0, maxLength = 16 }: Schema): fc.Arbitrary<string> {
  const any = pattern === undefined ? fc.string({ minLength, maxLength }) : fc.stringMatching(new RegExp(pattern));
  const fitting = any.filter(({ length }) => length >= minLength && length <= maxLength);
  return fc.constantFrom(...fc.sample(fitting, { numRuns: 4, seed: SEED }));
}

function integers({ minimum = 0, maximum = minimum + 10 }: Schema): fc.Arbitrary<number> {
  return fc.integer({ min: minimum, max: maximum });
}
