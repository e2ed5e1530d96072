import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { parse } from 'yaml';
import { schemaProblems } from '../api/schema-problems.ts';
import { parseCidr } from '../semantics/cidr.ts';
import type { ApiServerFacts, PlatformFacts } from '../slots/platform-facts.ts';
import { InputError } from './input-error.ts';

const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const closed = { additionalProperties: false };
const endpoints = Type.Array(Type.Object({ ip: Type.String(), port }, closed));
const peer = Type.Union([
  Type.Object({ cidr: Type.String() }, closed),
  Type.Object({ namespace: Type.String(), podLabels: Type.Record(Type.String(), Type.String()) }, closed),
]);
const platformSchema = Type.Object(
  {
    dns: Type.Optional(
      Type.Object({ peers: Type.Array(peer, { minItems: 1 }), ports: Type.Array(port, { minItems: 1 }) }, closed),
    ),
    apiServer: Type.Optional(Type.Object({ service: Type.Optional(endpoints), endpoints }, closed)),
    nodeCidrs: Type.Optional(Type.Array(Type.String())),
    cloud: Type.Optional(Type.Enum(['aws', 'gcp', 'azure', 'none', 'unknown'])),
    cni: Type.Optional(
      Type.Object(
        {
          name: Type.Enum(['antrea', 'calico', 'cilium', 'ovn-kubernetes', 'unknown']),
          ipBlockMatchesNodes: Type.Boolean(),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** The facts of a file as the schema lets them pass. */
type Written = Omit<Partial<PlatformFacts>, 'apiServer'> & { readonly apiServer?: Partial<ApiServerFacts> };

/** The platform facts of a file, YAML or JSON. Throws an InputError that names file and field. */
export async function readPlatformFile(file: string): Promise<Partial<PlatformFacts>> {
  const value: unknown = parseFacts(file, await textOf(file));
  const problems = schemaProblems(platformSchema, value, '');
  const lines = problems.map(({ path, message }) => `${file}: ${path.replace(/^\./, '')}: ${message}`);
  if (lines.length > 0) throw new InputError(lines);
  const { apiServer, ...rest } = value as Written;
  const wrong = cidrsOf(rest).filter((cidr) => parseCidr(cidr) === undefined);
  if (wrong.length > 0)
    throw new InputError(wrong.map((cidr) => `${file}: "${cidr}" is not a network such as 10.0.0.0/8`));
  return { ...rest, ...(apiServer === undefined ? {} : { apiServer: { service: [], endpoints: [], ...apiServer } }) };
}

function cidrsOf({ dns, nodeCidrs = [] }: Written): readonly string[] {
  return [...(dns?.peers ?? []).flatMap((each) => ('cidr' in each ? each.cidr : [])), ...nodeCidrs];
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError([`${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`]);
  }
}

function parseFacts(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new InputError([`${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unreadable'}`]);
  }
}
