import { standingOf } from '../api/exception.ts';
import { writeStatus } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Log } from '../kube/observer.ts';
import type { StoreEvent } from '../kube/store.ts';
import type { Timing } from '../kube/timing.ts';
import type { ExceptionReading, ExceptionReadings, Metrics } from '../metrics.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import { selects } from '../plan/selection.ts';
import type { NamespaceReport } from '../status/settle.ts';
import { Expiries } from './expiries.ts';
import { ExceptionPublisher } from './publish-exception.ts';
import type { PublishExceptionDeps } from './publish-exception.ts';
import { WorkQueue } from './queue.ts';
import { Reaches } from './reaches.ts';
import { activeExceptions } from './view.ts';
import type { ClusterView, ExceptionClock, ExceptionEntry } from './view.ts';

export interface ExceptionsOptions {
  readonly client: KubeClient;
  readonly view: ClusterView;
  readonly protectedNamespaces: readonly string[];
  readonly maxExceptionMs: number;
  readonly timing: Timing;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly observe: PublishExceptionDeps['observe'];
  /** A namespace to look at again. `receivedAt` is on the monotonic clock. */
  readonly enqueue: (namespace: string, receivedAt: number) => void;
}

/** What exceptions are to the operator beside the plan: namespaces to look at when one comes, changes or ends; statuses. */
export class Exceptions {
  readonly #options: ExceptionsOptions;
  readonly #reaches = new Reaches();
  readonly #queue: WorkQueue;
  readonly #publisher: ExceptionPublisher;
  readonly #expiries: Expiries;
  readonly #closed = new AbortController();

  constructor(options: ExceptionsOptions) {
    const { client, view, timing, metrics, log, maxExceptionMs } = options;
    this.#options = options;
    this.#queue = new WorkQueue({ log, timing, observer: metrics.queue('exception') });
    this.#publisher = new ExceptionPublisher({
      ...options,
      reaches: this.#reaches,
      writeStatus: (target, status) => writeStatus(client, target, status),
    });
    this.#expiries = new Expiries({
      timing,
      active: () => activeExceptions(view, { now: timing.date().getTime(), maxExceptionMs }),
      onChange: (names) => this.#turned(names),
    });
    view.exceptions.subscribe((event) => this.#told(event));
  }

  /** Takes note of what a namespace was planned with; whose count has changed gets a new status. */
  remember(
    { namespace, exemptions }: Pick<NamespaceReport, 'namespace' | 'exemptions'>,
    snapshot?: NamespaceSnapshot,
  ): void {
    const generations = new Map((snapshot?.exceptions ?? []).map(({ name, generation }) => [name, generation]));
    this.#touch(this.#reaches.remember(namespace, exemptions, generations));
  }

  /** Works until `close`; resolves when the last write has returned. */
  async run(): Promise<void> {
    const { metrics, view, timing, maxExceptionMs } = this.#options;
    metrics.exceptions(() => readings(view, { now: timing.date().getTime(), maxExceptionMs }));
    await Promise.all([
      this.#expiries.run(this.#closed.signal),
      this.#queue.run({ any: 1, live: 0 }, async ({ key }) => {
        if (await this.#publisher.publish(key)) this.#queue.forget(key);
        else this.#queue.retry(key);
      }),
    ]);
  }

  close(): void {
    this.#closed.abort();
    this.#queue.close();
  }

  #told(event: StoreEvent<ExceptionEntry>): void {
    if (!concerns(event)) return;
    const { name, current, previous, receivedAt } = event;
    this.#expiries.wake();
    this.#enqueue(name, [current, previous], receivedAt);
    if (current !== undefined) return this.#touch([name]);
    this.#publisher.forget(name);
  }

  /** By time alone. */
  #turned(names: readonly string[]): void {
    const { view, timing } = this.#options;
    for (const name of names) this.#enqueue(name, [view.exceptions.get('', name)], timing.now());
    this.#touch(names);
  }

  /** The namespaces it selects now or did before, and those that were planned with it. */
  #enqueue(name: string, entries: readonly (ExceptionEntry | undefined)[], receivedAt: number): void {
    const { view, protectedNamespaces, enqueue } = this.#options;
    const exceptions = entries.flatMap((entry) => (entry === undefined ? [] : [entry.exception]));
    for (const namespace of view.namespaces.list('')) {
      const selected = exceptions.some((exception) => selects(exception, namespace, protectedNamespaces));
      if (selected || this.#reaches.reached(namespace.name, name)) enqueue(namespace.name, receivedAt);
    }
  }

  #touch(names: Iterable<string>): void {
    for (const name of names) this.#queue.addAfter(name, this.#publisher.dueIn(name));
  }
}

/** How they stand now; whether one covers anything is as its status was last told. */
function readings(view: ClusterView, { now, maxExceptionMs }: ExceptionClock): ExceptionReadings {
  const exceptions = view.exceptions.list('').flatMap(({ name, exception, status }): readonly ExceptionReading[] => {
    const standing = standingOf(exception, now, maxExceptionMs);
    if (standing === 'deleting') return [];
    const unmatched = status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'MatchesNothing');
    const state = standing === 'tooLong' ? 'invalid' : standing === 'active' && unmatched ? 'unmatched' : standing;
    return [{ name, state, expiresAt: exception.expiresAt }];
  });
  return { now, exceptions };
}

/** The echo of our own status write leaves the generation alone. */
function concerns({ current, previous }: StoreEvent<ExceptionEntry>): boolean {
  if (current === undefined || previous === undefined) return true;
  const [now, before] = [current.exception, previous.exception];
  return now.generation !== before.generation || now.deleting !== before.deleting;
}
