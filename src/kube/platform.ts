import type { KubeObject, Resource } from '../slots/kube-object.ts';
import type { DnsFacts, DnsPeer, Endpoint, PlatformFacts } from '../slots/slot-kind.ts';
import type { KubeClient } from './client.ts';
import { rememberedEndpoints, rememberEndpoints, type EndpointMemory } from './endpoint-memory.ts';
import type { KubeObserver, Log } from './observer.ts';
import { Reflector } from './reflector.ts';
import { objectPath } from './resource-path.ts';
import { settle, type Settling } from './settle.ts';
import { Store, type Stored } from './store.ts';
import { systemTiming, type Timing } from './timing.ts';

export interface PlatformOptions {
  readonly client: KubeClient;
  readonly onChange: (facts: PlatformFacts) => void;
  /** `KUBERNETES_SERVICE_HOST` and `_PORT` of a pod: the API server's Service without asking for it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly observer?: KubeObserver;
  readonly log?: Log;
  readonly timing?: Timing;
}

const SERVICES: Resource = { group: '', version: 'v1', plural: 'services', kind: 'Service', namespaced: true };
const SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};

/** CoreDNS and kube-dns alike carry this label in kube-system; kubeadm, kops, EKS, AKS and GKE deploy them so. */
const DNS_PODS: DnsPeer = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } };
const DNS_PORT = 53;

const DEBOUNCE_MS = 5_000;
const LOOK_MS = 1_000;
const SERVICES_MS = 600_000;
// Facts that can't be learnt (no permission, no such Service) must not keep the operator from starting.
const PATIENCE_MS = 10_000;

interface Slice extends Stored {
  readonly endpoints: readonly Endpoint[];
}

/** What the cluster is like before anything is known of it. */
export const UNKNOWN_PLATFORM: PlatformFacts = {
  dns: { peers: [DNS_PODS], ports: [DNS_PORT] },
  apiServer: { endpoints: [] },
};

/** Watches what a cluster is like: where its DNS is and where its API server can be reached. */
export class Platform {
  /** Resolves with the first facts, or without them when they can't be learnt soon. */
  readonly ready: Promise<void>;
  readonly #options: PlatformOptions;
  readonly #timing: Timing;
  readonly #store = new Store<Slice>({ transform: slice });
  readonly #reflector: Reflector<Slice>;
  readonly #resolveReady: () => void;
  #memory: EndpointMemory = new Map();
  #services: Services = { dns: [], apiServer: [] };
  #facts: Settling<PlatformFacts> | undefined;

  constructor(options: PlatformOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#resolveReady = resolve;
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
    const fieldSelector = 'metadata.name=kubernetes';
    const watched = { resource: SLICES, namespace: 'default', fieldSelector, store: this.#store };
    this.#reflector = new Reflector({ ...options, ...watched });
  }

  /** The facts of the moment. */
  facts(): PlatformFacts {
    return this.#facts?.settled ?? UNKNOWN_PLATFORM;
  }

  /** One line for `state()` of readiness. */
  state(): string {
    return this.#reflector.state();
  }

  /** Watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#reflector.run(signal);
    await Promise.race([this.#reflector.synced, this.#timing.sleep(PATIENCE_MS, signal)]);
    let servicesAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (this.#timing.now() - servicesAt >= SERVICES_MS) {
        this.#services = await readServices(this.#options, this.#services, signal);
        servicesAt = this.#timing.now();
      }
      this.#look();
      await this.#timing.sleep(LOOK_MS, signal);
    }
    this.#resolveReady();
    await watching;
  }

  #look(): void {
    const now = this.#timing.now();
    const live = this.#store.list('default').flatMap(({ endpoints }) => endpoints);
    this.#memory = rememberEndpoints(this.#memory, live, now);
    const facts = platformFacts(this.#services, rememberedEndpoints(this.#memory));
    const before = this.#facts?.settled;
    this.#facts =
      this.#facts === undefined
        ? { settled: facts, candidate: facts, since: now }
        : settle(this.#facts, facts, now, DEBOUNCE_MS);
    if (this.#facts.settled !== before) this.#options.onChange(this.#facts.settled);
    this.#resolveReady();
  }
}

/** The Services' own addresses. */
export interface Services {
  readonly dns: readonly string[];
  readonly apiServer: readonly Endpoint[];
}

/** Facts from what was found; the pods' label and port 53 hold where no DNS Service is. */
export function platformFacts(services: Services, endpoints: readonly Endpoint[]): PlatformFacts {
  const addresses = services.dns.map((ip): DnsPeer => ({ cidr: `${ip}/${ip.includes(':') ? 128 : 32}` }));
  const dns: DnsFacts = { peers: [DNS_PODS, ...addresses], ports: [DNS_PORT] };
  return { dns, apiServer: { endpoints: [...services.apiServer, ...endpoints] } };
}

/** What a Service or EndpointSlice read as plain JSON may hold. */
interface Raw {
  readonly spec?: { readonly clusterIPs?: readonly string[]; readonly ports?: readonly { readonly port?: number }[] };
  readonly endpoints?: readonly RawEndpoint[] | null;
  readonly ports?: readonly { readonly port?: number }[] | null;
}

interface RawEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
}

function slice(object: KubeObject): Slice {
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  const { endpoints, ports } = object as Raw;
  const ips = (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap((e) => e.addresses ?? []);
  return { name, uid, resourceVersion, endpoints: pairs(ips, ports ?? []) };
}

function pairs(ips: readonly string[], ports: readonly { readonly port?: number }[]): readonly Endpoint[] {
  return ips.flatMap((ip) => ports.flatMap(({ port }) => (port === undefined ? [] : [{ ip, port }])));
}

/** Reads both Services; what can't be read stays as it was. */
async function readServices(options: PlatformOptions, before: Services, signal: AbortSignal): Promise<Services> {
  const dns = await readService(options.client, 'kube-system', 'kube-dns', signal);
  const fromEnv = envService(options.env ?? {});
  const apiServer = fromEnv ?? (await readService(options.client, 'default', 'kubernetes', signal));
  return {
    dns: dns === undefined ? before.dns : [...new Set(dns.map(({ ip }) => ip))],
    apiServer: apiServer ?? before.apiServer,
  };
}

function envService(env: Readonly<Record<string, string | undefined>>): readonly Endpoint[] | undefined {
  const ip = env['KUBERNETES_SERVICE_HOST'];
  const port = Number(env['KUBERNETES_SERVICE_PORT'] ?? 443);
  return ip === undefined || ip === '' ? undefined : [{ ip, port }];
}

async function readService(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<readonly Endpoint[] | undefined> {
  try {
    const reply = await client.request({
      method: 'GET',
      path: objectPath(SERVICES, namespace, name),
      signal,
      deadlineMs: 5_000,
    });
    if (reply.status === 404) return [];
    if (reply.status !== 200) return undefined;
    const { clusterIPs = [], ports = [] } = (reply.body as Raw).spec ?? {};
    return pairs(
      clusterIPs.filter((ip) => ip !== '' && ip !== 'None'),
      ports,
    );
  } catch {
    return undefined;
  }
}
