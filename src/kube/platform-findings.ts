import type { Resource, StringMap } from '../slots/kube-object.ts';
import type { Endpoint } from '../slots/platform-facts.ts';
import type { KubeClient } from './client.ts';
import { silentLog, type Log } from './observer.ts';
import { DNS_SERVICES } from './platform-facts.ts';
import type { DnsService, Findings } from './platform-facts.ts';
import { statusMessage } from './reply.ts';
import { objectPath } from './resource-path.ts';

const SERVICES: Resource = { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true };
const CONFIG_MAPS: Resource = { ...SERVICES, plural: 'configmaps', kind: 'ConfigMap' };

const SYSTEM = 'kube-system';
const CILIUM_GROUP = 'cilium.io';
/** Where Cilium's agents read their settings, if it is installed into kube-system. */
export const CILIUM_CONFIG = 'cilium-config';
const DNS_PORT = 53;
const READ_MS = 5_000;

/** What the objects and documents read here may hold, as plain JSON. */
interface Raw {
  readonly spec?: {
    readonly clusterIPs?: readonly string[];
    readonly selector?: StringMap;
    readonly ports?: readonly RawPort[];
  };
  readonly data?: StringMap;
  readonly gitVersion?: string;
  readonly groups?: readonly { readonly name?: string }[];
}

interface RawPort {
  readonly port?: number;
  readonly targetPort?: number | string;
}

/** What one look found. `isComplete` is false where an answer is still owed: it is worth asking again soon. */
export interface Look {
  readonly findings: Findings;
  readonly isComplete: boolean;
}

export interface LookOptions {
  readonly client: KubeClient;
  /** `KUBERNETES_SERVICE_HOST` and `_PORT` of a pod: the API server's Service without asking for it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: Log;
}

/** An object or document; `none` where there is no such thing, `refused` and `owed` where it can't be told. */
type Answer = { readonly body: Raw } | 'none' | 'refused' | 'owed';

const NONE: Answer = 'none';

/** Reads a handful of things by name; what can't be read stays as it was before. */
export async function look(options: LookOptions, before: Findings, signal: AbortSignal): Promise<Look> {
  const { env = {} } = options;
  const read = (path: string): Promise<Answer> => answer(options, path, signal);
  const readService = (namespace: string, name: string): Promise<Answer> => read(objectPath(SERVICES, namespace, name));
  const fromEnv = envService(env);
  const [version, groups, apiServer, ...services] = await Promise.all([
    read('/version'),
    read('/apis'),
    fromEnv === undefined ? readService('default', 'kubernetes') : NONE,
    ...DNS_SERVICES.map((name) => readService(SYSTEM, name)),
  ]);
  const apiGroups = learnt(groups, ({ groups: all = [] }) => all.flatMap(({ name }) => name ?? []), before.apiGroups);
  const config = apiGroups.includes(CILIUM_GROUP) ? await read(objectPath(CONFIG_MAPS, SYSTEM, CILIUM_CONFIG)) : NONE;
  return {
    findings: {
      version: learnt(version, ({ gitVersion }) => gitVersion ?? '', before.version),
      apiGroups,
      apiServer: fromEnv ?? learnt(apiServer, clusterEndpoints, before.apiServer),
      dnsServices: DNS_SERVICES.flatMap((name, index) => {
        const known = before.dnsServices.filter((service) => service.name === name);
        const given = services[index] ?? 'owed';
        return given === 'none' ? [] : learnt(given, (body) => [dnsService(name, body)], known);
      }),
      ciliumCidrMatchMode: learnt(config, ({ data }) => data?.['policy-cidr-match-mode'], before.ciliumCidrMatchMode),
    },
    isComplete: ![version, groups, apiServer, config, ...services].includes('owed'),
  };
}

/** What an answer tells; nothing of it where there is no such thing, what was known before where it tells nothing. */
function learnt<T>(given: Answer, read: (body: Raw) => T, before: T): T {
  if (given === 'none') return read({});
  return typeof given === 'string' ? before : read(given.body);
}

async function answer({ client, log = silentLog }: LookOptions, path: string, signal: AbortSignal): Promise<Answer> {
  try {
    const { status, body } = await client.request({ method: 'GET', path, signal, deadlineMs: READ_MS });
    if (status === 200) return { body: (body ?? {}) as Raw };
    if (status === 404) return 'none';
    if (status !== 401 && status !== 403) return 'owed';
    log.warn('platform not read', { path, reason: statusMessage(status, body) });
    return 'refused';
  } catch {
    return 'owed';
  }
}

function envService(env: Readonly<Record<string, string | undefined>>): readonly Endpoint[] | undefined {
  const ip = env['KUBERNETES_SERVICE_HOST'];
  const port = Number(env['KUBERNETES_SERVICE_PORT'] ?? 443);
  return ip === undefined || ip === '' ? undefined : [{ ip, port }];
}

function clusterEndpoints({ spec = {} }: Raw): readonly Endpoint[] {
  const ports = (spec.ports ?? []).flatMap(({ port }) => port ?? []);
  return addressesOf(spec).flatMap((ip) => ports.map((port) => ({ ip, port })));
}

function dnsService(name: string, { spec = {} }: Raw): DnsService {
  const { selector = {}, ports = [] } = spec;
  const targets = ports.filter(({ port }) => port === DNS_PORT).flatMap(({ targetPort }) => targetPort ?? []);
  const targetPorts = [...new Set(targets.filter((target) => typeof target === 'number'))];
  return { name, clusterIPs: addressesOf(spec), selector, targetPorts };
}

/** A headless Service has none. */
function addressesOf({ clusterIPs = [] }: NonNullable<Raw['spec']>): readonly string[] {
  return clusterIPs.filter((ip) => ip !== '' && ip !== 'None');
}
