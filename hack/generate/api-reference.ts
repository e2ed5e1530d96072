import { allCrds } from '../../src/api/crds.ts';
import { API_GROUP, API_VERSION } from '../../src/api/resources.ts';
import { labelSelectorSchema } from '../../src/slots/label-selector-schema.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The JSON Schema keywords that the CRDs use. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly [keyword: string]: unknown;
}

const BOUNDS = [
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'pattern',
];

/** Members whose own members are told with another kind: an override's blocks are a policy's. */
const ELSEWHERE: ReadonlySet<string> = new Set(['spec.override']);

const HEAD = ['| field | type | meaning |', '|---|---|---|'];

/** `docs/reference/api.md`: every field of the kinds, from the schemas. */
export function apiReference(): readonly GeneratedFile[] {
  const sections = allCrds().flatMap(kindSection);
  const title = `# API reference: ${API_GROUP}/${API_VERSION}`;
  const note = 'Written by `make generate` from the schemas that the API server enforces.';
  return [
    { path: 'docs/reference/api.md', content: `${[title, '', note, ...sections, ...selectorSection()].join('\n')}\n` },
  ];
}

function kindSection(crd: KubeObject): readonly string[] {
  const { names, versions } = crd['spec'] as {
    readonly names: { readonly kind: string; readonly shortNames: readonly string[] };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
  const schema = versions[0]?.schema.openAPIV3Schema ?? {};
  const fields = Object.entries(schema.properties ?? {}).filter(
    ([name]) => !['apiVersion', 'kind', 'metadata'].includes(name),
  );
  const required = new Set(schema.required);
  return [
    '',
    `## ${names.kind}`,
    '',
    `${schema.description ?? ''} Short name \`${names.shortNames.join('`, `')}\`.`,
    '',
    ...HEAD,
    ...fields.flatMap(([name, field]) => rows(name, field, required.has(name))),
  ];
}

function rows(path: string, schema: Schema, required: boolean): readonly string[] {
  const meaning = [required ? '**Required.**' : '', schema.description ?? '', ...limits(schema)];
  const row = `| \`${path}\` | ${typeOf(schema)} | ${cell(meaning.filter((part) => part !== '').join(' '))} |`;
  if (isLabelSelector(schema) || ELSEWHERE.has(path)) return [row];
  return [row, ...nested(path, schema), ...nested(`${path}[]`, schema.items ?? {})];
}

/** Default, bounds and rules: the field's own, and those of its items where these have no row of their own. */
function limits(schema: Schema): readonly string[] {
  const items = schema.items?.type === 'object' ? {} : (schema.items ?? {});
  return [
    'default' in schema ? `Default \`${JSON.stringify(schema.default)}\`.` : '',
    ...bounds(schema),
    ...rules(schema),
    ...rules(schema.additionalProperties ?? {}),
    ...bounds(items),
    ...rules(items),
  ];
}

function nested(path: string, schema: Schema): readonly string[] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    rows(`${path}.${name}`, field, required.has(name)),
  );
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(' ');
  if (isLabelSelector(schema)) return '[LabelSelector](#labelselector)';
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.additionalProperties !== undefined) return `map to ${typeOf(schema.additionalProperties)}`;
  return schema.type ?? '';
}

/** Told once, in a section of its own, rather than at each of the places where one stands. */
function isLabelSelector(schema: Schema): boolean {
  return schema.properties?.['matchLabels'] !== undefined;
}

function selectorSection(): readonly string[] {
  const schema = JSON.parse(JSON.stringify(labelSelectorSchema(''))) as Schema;
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => rows(name, field, false));
  return [
    '',
    '## LabelSelector',
    '',
    'Chooses by labels, as everywhere in Kubernetes. `{}` chooses everything.',
    '',
    ...HEAD,
    ...fields,
  ];
}

function bounds(schema: Schema): readonly string[] {
  return BOUNDS.filter((keyword) => keyword in schema).map((keyword) => `${keyword} \`${String(schema[keyword])}\`.`);
}

function rules(schema: Schema): readonly string[] {
  const validations = (schema['x-kubernetes-validations'] ?? []) as readonly { readonly message: string }[];
  return validations.map(({ message }) => `Rule: ${message}.`);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
