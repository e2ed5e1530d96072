import type { KubeClient } from '../kube/client.ts';
import { applyChange, writeStatus } from '../kube/apply.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeObserver, Log } from '../kube/observer.ts';
import type { Timing } from '../kube/timing.ts';
import { PodReader } from '../kube/pods.ts';
import type { Metrics } from '../metrics.ts';
import { cleansUp } from '../plan/deletion.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';
import { Brake } from './brake.ts';
import { ClusterGrantWatch } from './cluster-grant-watch.ts';
import { affectedNamespaces, enqueueChanges } from './enqueue.ts';
import { Exceptions } from './exceptions.ts';
import { look } from './look.ts';
import { Memory } from './memory.ts';
import { observeException, observeNamespace, observePolicy } from './observers.ts';
import type { ObserverDeps } from './observers.ts';
import { PolicyPublisher } from './publish-policy.ts';
import { WorkQueue } from './queue.ts';
import { createView } from './view.ts';
import type { PolicyEntry } from './view.ts';
import { Watches } from './watches.ts';
import { runWorkers } from './workers.ts';
import type { WorkerDeps } from './workers.ts';

export interface ControllerOptions {
  readonly client: KubeClient;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly platform: () => PlatformFacts;
  readonly operator: () => string | undefined;
  readonly protectedNamespaces: readonly string[];
  readonly maxExceptionMs: number;
  readonly concurrency: number;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly observer: KubeObserver;
  readonly timing: Timing;
}

/** Everything between the watches and the writes: stores, queues, workers. Knows nothing of leadership or signals. */
export class Controller {
  readonly watches: Watches;
  readonly #options: ControllerOptions;
  readonly #view = createView();
  readonly #memory = new Memory();
  readonly #brake: Brake;
  readonly #namespaces: WorkQueue;
  readonly #policies: WorkQueue;
  readonly #publisher: PolicyPublisher;
  readonly #pods: PodReader;
  readonly #clusterGrants: ClusterGrantWatch;
  readonly #exceptions: Exceptions;

  constructor(options: ControllerOptions) {
    const { client, log, metrics, observer, timing, protectedNamespaces } = options;
    const view = this.#view;
    const memory = this.#memory;
    this.#options = options;
    this.#pods = new PodReader(options);
    this.#brake = new Brake(timing);
    this.watches = new Watches(view, { client, log, observer, metrics });
    this.#namespaces = new WorkQueue({ log, timing, observer: metrics.queue('namespace') });
    this.#policies = new WorkQueue({ log, timing, observer: metrics.queue('policy') });
    this.#publisher = new PolicyPublisher({
      view,
      memory,
      protectedNamespaces,
      timing,
      writeStatus: (target, status) => writeStatus(client, target, status),
      write: (change) => applyChange(client, change),
      decided: (entry) => this.#lookAtNamespacesOf(entry),
      observe: (published) => observePolicy(published, this.#observers()),
      log,
    });
    this.#clusterGrants = new ClusterGrantWatch({ view, log, metrics, events: options.events });
    this.#exceptions = new Exceptions({
      ...options,
      view,
      observe: (entry, status) => observeException(entry, status, this.#observers()),
      enqueue: (name, receivedAt) => this.#namespaces.add(name, 'bulk', receivedAt),
    });
    enqueueChanges(
      { view, memory, protectedNamespaces },
      {
        namespace: (name, urgency, receivedAt) => this.#namespaces.add(name, urgency, receivedAt),
        namespaceAfter: (name, delayMs) => this.#namespaces.addAfter(name, delayMs, 'bulk'),
        policy: (name) => this.#touch([name]),
        policyGone: (name) => this.#forget(name),
      },
    );
  }

  /** Looks at every namespace again, when there is time: the platform has changed, or it has been a while. */
  resync(): void {
    for (const { name } of this.#view.namespaces.list('')) this.#namespaces.add(name, 'bulk');
  }

  /** Works until `close`; resolves when the last write has returned. */
  async run(): Promise<void> {
    this.#clusterGrants.begin();
    await Promise.all([runWorkers(this.#options.concurrency, this.#workers()), this.#exceptions.run()]);
  }

  /** Hands out no more work. */
  close(): void {
    this.#namespaces.close();
    this.#policies.close();
    this.#exceptions.close();
  }

  #workers(): WorkerDeps {
    const { client, metrics, timing, platform, operator, protectedNamespaces, maxExceptionMs } = this.#options;
    return {
      namespaces: this.#namespaces,
      policies: this.#policies,
      publisher: this.#publisher,
      metrics,
      timing,
      write: (change, sending) => applyChange(client, change, sending),
      reconcile: {
        view: this.#view,
        memory: this.#memory,
        look: (namespace, changes) => look({ client, pods: this.#pods }, namespace, changes),
        brake: this.#brake,
        platform,
        operator,
        protectedNamespaces,
        isUndecided: (policy) => this.#publisher.isUndecided(policy),
        maxExceptionMs,
        timing,
        observe: (observation) => observeNamespace(observation, this.#observers()),
        policiesTouched: (names) => {
          metrics.setOpenDrift('', this.#memory.leftBehind());
          this.#touch(new Set([...names, ...this.#cleaning()]));
        },
        exempted: (report, snapshot) => this.#exceptions.remember(report, snapshot),
      },
    };
  }

  #lookAtNamespacesOf(entry: PolicyEntry): void {
    const { protectedNamespaces } = this.#options;
    const options = { view: this.#view, memory: this.#memory, protectedNamespaces };
    const names = affectedNamespaces(options, { name: entry.name, current: entry });
    for (const name of names) this.#namespaces.add(name, 'bulk');
  }

  /** A namespace that goes takes along what a policy held there, and then no report speaks of that policy. */
  #cleaning(): readonly string[] {
    return this.#view.policies.list('').flatMap(({ policy }) => (cleansUp(policy) ? [policy.name] : []));
  }

  #observers(): ObserverDeps {
    const { log, metrics, events, timing } = this.#options;
    return { log, metrics, events, memory: this.#memory, now: () => timing.date() };
  }

  #touch(names: Iterable<string>): void {
    for (const name of names) this.#policies.addAfter(name, this.#publisher.dueIn(name));
  }

  #forget(policy: string): void {
    this.#publisher.forget(policy);
    this.#options.metrics.dropPolicy(policy);
  }
}
