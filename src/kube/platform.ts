import type { KubeObject, Resource } from '../slots/kube-object.ts';
import type { Endpoint, PlatformFacts } from '../slots/platform-facts.ts';
import type { KubeClient } from './client.ts';
import { rememberedEndpoints, rememberEndpoints, type EndpointMemory } from './endpoint-memory.ts';
import type { KubeObserver, Log } from './observer.ts';
import { NOTHING_FOUND, platformFacts, unknownFacts } from './platform-facts.ts';
import type { Findings } from './platform-facts.ts';
import { look } from './platform-findings.ts';
import { Reflector } from './reflector.ts';
import { settle, type Settling } from './settle.ts';
import { Store, type Stored } from './store.ts';
import { systemTiming, type Timing } from './timing.ts';

export interface PlatformOptions {
  readonly client: KubeClient;
  readonly onChange: (facts: PlatformFacts) => void;
  /** What flags tell: it counts more than what is found. */
  readonly told?: Partial<PlatformFacts>;
  /** `KUBERNETES_SERVICE_HOST` and `_PORT` of a pod: the API server's Service without asking for it. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly observer?: KubeObserver;
  readonly log?: Log;
  readonly timing?: Timing;
}

const SLICES: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
};

const DEBOUNCE_MS = 5_000;
const TICK_MS = 1_000;
const LOOK_MS = 600_000;
const LOOK_AGAIN_MS = 10_000;
// What may not be watched must not keep the operator from starting. A refused read is an answer; one that is owed is
// worth more patience: without it, allows that stand would be taken away.
const WATCH_PATIENCE_MS = 10_000;
const LOOK_PATIENCE_MS = 60_000;

interface Slice extends Stored {
  readonly endpoints: readonly Endpoint[];
}

/** Watches what a cluster is like: where its DNS is, where its API server can be reached, whose it is. */
export class Platform {
  /** Resolves with the first facts, or without them when they can't be learnt soon. */
  readonly ready: Promise<void>;
  readonly #options: PlatformOptions;
  readonly #timing: Timing;
  readonly #store = new Store<Slice>({ transform: slice });
  readonly #reflector: Reflector<Slice>;
  readonly #resolveReady: () => void;
  #memory: EndpointMemory = new Map();
  #found: Findings = NOTHING_FOUND;
  #nextLook = 0;
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
    return this.#facts?.settled ?? platformFacts(this.#found, [], this.#options.told);
  }

  /** What of the facts is not known. */
  unknown(): readonly (keyof PlatformFacts)[] {
    return unknownFacts(this.facts(), this.#found, this.#options.told);
  }

  /** Watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#reflector.run(signal);
    await this.#firstLook(signal);
    while (!signal.aborted) {
      this.#settle();
      this.#resolveReady();
      await this.#timing.sleep(TICK_MS, signal);
      if (this.#timing.now() >= this.#nextLook) await this.#look(signal);
    }
    this.#resolveReady();
    await watching;
  }

  /** Half of the facts would take allows away that were written with all of them. */
  async #firstLook(signal: AbortSignal): Promise<void> {
    const patience = this.#timing.now() + LOOK_PATIENCE_MS;
    await Promise.race([this.#reflector.synced, this.#timing.sleep(WATCH_PATIENCE_MS, signal)]);
    while (!(await this.#look(signal)) && !signal.aborted && this.#timing.now() < patience) {
      await this.#timing.sleep(TICK_MS, signal);
    }
  }

  async #look(signal: AbortSignal): Promise<boolean> {
    const { findings, isComplete } = await look(this.#options, this.#found, signal);
    this.#found = findings;
    this.#nextLook = this.#timing.now() + (isComplete ? LOOK_MS : LOOK_AGAIN_MS);
    return isComplete;
  }

  #settle(): void {
    const now = this.#timing.now();
    const live = this.#store.list('default').flatMap(({ endpoints }) => endpoints);
    this.#memory = rememberEndpoints(this.#memory, live, now);
    const facts = platformFacts(this.#found, rememberedEndpoints(this.#memory), this.#options.told);
    const before = this.#facts?.settled;
    this.#facts =
      this.#facts === undefined
        ? { settled: facts, candidate: facts, since: now }
        : settle(this.#facts, facts, now, DEBOUNCE_MS);
    if (this.#facts.settled === before) return;
    const { cloud, cni, dns } = this.#facts.settled;
    this.#options.log?.info('platform facts', { cloud, cni, dns, unknown: this.unknown() });
    this.#options.onChange(this.#facts.settled);
  }
}

/** What an EndpointSlice read as plain JSON may hold. */
interface Raw {
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
  const numbers = (ports ?? []).flatMap(({ port }) => port ?? []);
  return { name, uid, resourceVersion, endpoints: ips.flatMap((ip) => numbers.map((port) => ({ ip, port }))) };
}
