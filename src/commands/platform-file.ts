import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { parse } from 'yaml';
import { schemaProblems } from '../api/schema-problems.ts';
import { UNKNOWN_PLATFORM } from '../kube/platform.ts';
import type { DnsFacts, PlatformFacts } from '../slots/slot-kind.ts';
import { InputError } from './input-error.ts';

const port = Type.Integer({ minimum: 1, maximum: 65_535 });
const peer = Type.Union([
  Type.Object({ cidr: Type.String() }, { additionalProperties: false }),
  Type.Object(
    { namespace: Type.String(), podLabels: Type.Record(Type.String(), Type.String()) },
    { additionalProperties: false },
  ),
]);
const platformSchema = Type.Object(
  {
    dns: Type.Optional(Type.Object({ peers: Type.Array(peer, { minItems: 1 }), ports: Type.Array(port) })),
    apiServer: Type.Optional(
      Type.Object({ endpoints: Type.Array(Type.Object({ ip: Type.String(), port }, { additionalProperties: false })) }),
    ),
  },
  { additionalProperties: false },
);

/** What a cluster is like, and which parts of it nobody has told. */
export interface KnownPlatform {
  readonly facts: PlatformFacts;
  readonly assumed: readonly (keyof PlatformFacts)[];
}

/** The platform facts of a file, YAML or JSON; what it lacks is assumed. */
export async function platformOf(file: string | undefined, dns: DnsFacts | undefined): Promise<KnownPlatform> {
  const told = { ...(file === undefined ? {} : await readFacts(file)), ...(dns === undefined ? {} : { dns }) };
  const members = ['dns', 'apiServer'] as const;
  return { facts: { ...UNKNOWN_PLATFORM, ...told }, assumed: members.filter((member) => told[member] === undefined) };
}

/** One line for each part that is assumed; none where everything is known. */
export function toldAssumptions({ assumed }: KnownPlatform): readonly string[] {
  const told: Readonly<Record<keyof PlatformFacts, string>> = {
    dns: 'assumed: DNS is the pods k8s-app=kube-dns of kube-system at port 53 (--platform FILE or --dns tells better)',
    apiServer:
      'unknown: addresses of the API server, so `allow: [KubernetesAPI]` opens nothing here (--platform FILE tells)',
  };
  return assumed.map((member) => told[member]);
}

async function readFacts(file: string): Promise<Partial<PlatformFacts>> {
  const value: unknown = parseFacts(file, await textOf(file));
  const problems = schemaProblems(platformSchema, value, '');
  if (problems.length > 0) {
    throw new InputError(problems.map(({ path, message }) => `${file}: ${path.replace(/^\./, '')}: ${message}`));
  }
  return value as Partial<PlatformFacts>;
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
