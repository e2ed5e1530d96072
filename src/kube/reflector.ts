import { ApiError, messageOf, TransportError } from '../errors.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import type { KubeClient } from './client.ts';
import { listAll, selectorQuery, type Selection } from './initial-list.ts';
import { silentLog, silentObserver, type KubeObserver, type Log } from './observer.ts';
import { PendingList } from './pending-list.ts';
import { isCompacted, ReflectorPace } from './reflector-pace.ts';
import { describeTrouble, restartReason } from './reflector-trouble.ts';
import { collectionPath, resourceName, type Query } from './resource-path.ts';
import { newerOf } from './resource-version.ts';
import type { Arrival, Incoming, Store, Stored } from './store.ts';
import { systemTiming, type Timing } from './timing.ts';
import { endsInitialEvents, watchEvent, type WatchEvent } from './watch-event.ts';

export interface ReflectorOptions<T extends Stored> extends Selection {
  readonly client: KubeClient;
  readonly store: Store<T>;
  readonly observer?: KubeObserver;
  readonly log?: Log;
  readonly timing?: Timing;
  /** Bookmarks come about once a minute, at the latest after 75 s of a busy server; default 70 s. */
  readonly inactivityMs?: number;
  /** Bounds of the server-side end of a watch, drawn at random so that not all end at once; default 300 to 600 s. */
  readonly timeoutSeconds?: readonly [min: number, max: number];
}

const INITIAL_EVENTS = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
const INACTIVITY_MS = 70_000;
const TIMEOUT_SECONDS = [300, 600] as const;

/**
 * Keeps a store equal to what the cluster holds of one kind: one loop, one event at a time, in the server's order.
 * It never gives up and never empties the store for an error: what it can't learn stays as last known.
 */
export class Reflector<T extends Stored> {
  /** Resolves once the store has been filled for the first time. */
  readonly synced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #timing: Timing;
  readonly #observer: KubeObserver;
  readonly #log: Log;
  readonly #resolveSynced: () => void;
  readonly #pace: ReflectorPace;
  #hasSynced = false;
  #state = 'starting';
  /** The trouble the log was last told of. */
  #told = '';
  /** Where to go on; empty when a new list is needed. */
  #version = '';
  #lastByteAt: number;

  constructor(options: ReflectorOptions<T>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
    this.#pace = new ReflectorPace(this.#timing);
    this.#observer = options.observer ?? silentObserver;
    this.#log = options.log ?? silentLog;
    this.synced = promise;
    this.#resolveSynced = resolve;
    this.#lastByteAt = this.#timing.now();
  }

  /** True once the store has been filled for the first time. */
  hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** One line for readiness: `watching`, `listing`, or what is in the way. */
  state(): string {
    return this.#state;
  }

  /** How long the watch has been silent. */
  secondsSinceLastByte(): number {
    return (this.#timing.now() - this.#lastByteAt) / 1000;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#cycle(signal);
      if (waitMs > 0) await this.#timing.sleep(waitMs, signal);
    }
    this.#state = 'stopped';
  }

  /** One list or watch, and how long to wait after it. */
  async #cycle(signal: AbortSignal): Promise<number> {
    this.#pace.begin();
    try {
      await this.#listOrWatch(signal);
      return this.#afterCleanEnd();
    } catch (error) {
      return signal.aborted ? 0 : this.#afterTrouble(error);
    }
  }

  async #listOrWatch(signal: AbortSignal): Promise<void> {
    if (this.#version !== '') return this.#watch(signal);
    this.#state = 'listing';
    if (this.#options.client.learnt.watchListRefused) return this.#list(signal);
    try {
      await this.#watchList(signal);
    } catch (error) {
      if (!refusesWatchList(error)) throw error;
      this.#options.client.learnt.watchListRefused = true;
      this.#log.info('the API server does not stream lists; paging from now on', { reason: messageOf(error) });
      await this.#list(signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const pending = new PendingList(this.#options.store);
    try {
      const take = (object: KubeObject): void => this.#guarded(object, () => pending.add(object));
      const version = await listAll(this.#options.client, this.#options, take, signal);
      this.#sawBytes();
      this.#replace(pending.complete(), version);
    } finally {
      pending.discard();
    }
  }

  /** The initial events come as a stream; only when they are complete do they replace the store. Then it is a watch. */
  async #watchList(signal: AbortSignal): Promise<void> {
    const pending = new PendingList(this.#options.store);
    let complete = false;
    try {
      for await (const event of this.#open(INITIAL_EVENTS, signal)) {
        if (complete) this.#take(event);
        else if (endsInitialEvents(event)) {
          this.#replace(pending.complete(), event.object.metadata.resourceVersion ?? '');
          complete = true;
        } else this.#guarded(event.object, () => pending.take(event));
      }
    } finally {
      pending.discard();
    }
    if (!complete) throw new TransportError('Malformed', 'the stream of the list ended before the list did');
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for await (const event of this.#open({ resourceVersion: this.#version }, signal)) this.#take(event);
  }

  async *#open(query: Query, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const [min, max] = this.#options.timeoutSeconds ?? TIMEOUT_SECONDS;
    const timeoutSeconds = Math.round(min + this.#timing.random() * (max - min));
    const stream = this.#options.client.stream({
      path: collectionPath(this.#options.resource, this.#options.namespace),
      query: { ...selectorQuery(this.#options), ...query, watch: true, allowWatchBookmarks: true, timeoutSeconds },
      inactivityMs: this.#options.inactivityMs ?? INACTIVITY_MS,
      signal,
      onBytes: () => this.#sawBytes(),
    });
    for await (const line of stream) yield watchEvent(line, this.#options.resource);
  }

  /** The version moves on only after the store took the event: what fails here comes again. */
  #take(event: WatchEvent): void {
    this.#pace.told();
    const { object } = event;
    const version = object.metadata.resourceVersion ?? '';
    const arrival = this.#arrival();
    if (event.type === 'BOOKMARK') this.#options.store.advance(version);
    else this.#guarded(object, () => this.#apply(event.type === 'DELETED', object, arrival));
    this.#version = newerOf(this.#version, version);
  }

  #apply(deleted: boolean, object: KubeObject, arrival: Arrival): void {
    if (deleted) this.#options.store.forget(object, arrival);
    else this.#options.store.ingest(object, arrival);
  }

  #replace(list: readonly Incoming<T>[], version: string): void {
    this.#options.store.replace(list, version, this.#arrival());
    this.#version = version;
    this.#pace.listed();
    this.#state = 'watching';
    this.#told = '';
    this.#hasSynced = true;
    this.#resolveSynced();
  }

  /** One object that can't be read must not stop the others: it is named, and stays as last known. */
  #guarded(object: KubeObject, action: () => void): void {
    try {
      action();
    } catch (error) {
      const { namespace, name } = object.metadata;
      const fields = { resource: resourceName(this.#options.resource), namespace, object: name };
      this.#log.error('an object could not be taken in', { ...fields, reason: messageOf(error) });
    }
  }

  /** Once: a CRD that isn't installed would fill the log, and what is told again and again is read by nobody. */
  #tell(resource: string, error: unknown): void {
    const level = this.#told === this.#state ? 'debug' : 'info';
    this.#log[level]('watch interrupted', { resource, state: this.#state, reason: messageOf(error) });
    this.#told = this.#state;
  }

  #arrival(): Arrival {
    return { initial: !this.#hasSynced, receivedAt: this.#lastByteAt };
  }

  #sawBytes(): void {
    this.#lastByteAt = this.#timing.now();
    if (this.#hasSynced) this.#state = 'watching';
  }

  #afterCleanEnd(): number {
    if (!this.#pace.endedWell()) return this.#afterTrouble(new TransportError('Network', 'the watch ended at once'));
    this.#observer.watchRestart(resourceName(this.#options.resource), 'ended');
    return 0;
  }

  #afterTrouble(error: unknown): number {
    const resource = resourceName(this.#options.resource);
    const waitMs = this.#pace.afterTrouble(error);
    if (isCompacted(error)) this.#version = '';
    this.#state = describeTrouble(error, resource);
    this.#observer.watchRestart(resource, restartReason(error));
    this.#tell(resource, error);
    return waitMs;
  }
}

/** 422 says the feature is off; 400 that the parameter is unknown. Both hold for every kind until the server changes. */
function refusesWatchList(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 422 || error.status === 400);
}
