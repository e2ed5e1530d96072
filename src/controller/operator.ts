import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import framework from '@dot-i/k8s-operator';
import { createClient } from '../kube/client.ts';
import type { KubeClient } from '../kube/client.ts';
import { EventRecorder } from '../kube/events.ts';
import { Identity } from '../kube/identity.ts';
import { loadKubeConfig } from '../kube/kubeconfig.ts';
import { LeaderElection } from '../kube/lease.ts';
import { LEASE_NAME } from '../kube/lease-record.ts';
import { Platform } from '../kube/platform.ts';
import { systemTiming } from '../kube/timing.ts';
import { Controller } from './controller.ts';
import type { RunOptions } from './run-options.ts';

const PREFLIGHT_MS = 10_000;
/** How long the last writes may take before the lease is given up and the process ends: a pod has 30 s in all. */
const DRAIN_MS = 5_000;
/** client-go's: 10 h, give or take a tenth. */
const RESYNC_MS = 10 * 3_600_000;

/**
 * The one file that knows the framework (ADR 2): its lifecycle and event types are kept; watching, writing and queueing
 * are `kube/` and the controller's, because the framework's exit, swallow errors and handle one event at a time.
 *
 * Standing by: watches run and stores are warm. Leading: workers run. Stopping: sources first, then the workers' last
 * writes, then the lease.
 */
export class ParapetOperator extends framework.default {
  readonly #options: RunOptions;
  readonly #client: KubeClient;
  readonly #events: EventRecorder;
  readonly #platform: Platform;
  readonly #identity: Identity;
  readonly #controller: Controller;
  readonly #election: LeaderElection | undefined;
  readonly #stopping = new AbortController();
  #lost: string | undefined;

  constructor(options: RunOptions) {
    const { log, metrics, kubeconfig: file, version } = options;
    const kubeConfig = loadKubeConfig({ file });
    // The framework's constructor looks there and nowhere else, and fails on a file it can't read.
    if (file !== undefined) process.env['KUBECONFIG'] = file;
    super(log);
    const observer = metrics.client;
    this.kubeConfig = kubeConfig;
    this.#options = options;
    this.#client = createClient({
      load: () => loadKubeConfig({ file }),
      version,
      observer,
      mayWrite: () => this.#election?.mayWrite() ?? true,
    });
    const shared = { client: this.#client, log, observer };
    this.#events = new EventRecorder({ ...shared, enabled: options.events, instance: hostname() });
    this.#platform = new Platform({
      ...shared,
      told: options.platform,
      env: process.env,
      onChange: () => this.#controller.resync(),
    });
    this.#identity = new Identity({ ...shared, onLearnt: () => this.#controller.resync() });
    this.#controller = new Controller({
      ...shared,
      events: this.#events,
      platform: () => this.#platform.facts(),
      operator: () => this.#identity.username(),
      protectedNamespaces: options.protectedNamespaces,
      maxExceptionMs: options.maxExceptionMs,
      concurrency: options.concurrency,
      metrics,
      timing: systemTiming,
    });
    this.#election = options.leaderElect ? this.#candidate() : undefined;
    options.signal.addEventListener('abort', () => this.stop(), { once: true });
  }

  /** What readiness waits for, one line each; empty when every cache is synced. */
  waitingFor(): readonly string[] {
    return this.#controller.watches.waitingFor();
  }

  /** Begins the graceful stop; `start` resolves when it is done. */
  override stop(): void {
    this.#stopping.abort();
  }

  /**
   * Runs until stopped. Rejects with a TransportError when the cluster can't be reached at the start, and when the lease
   * is lost: another replica may lead by then, so this process has to end.
   */
  protected override async init(): Promise<void> {
    await this.#client.request({ method: 'GET', path: '/version', deadlineMs: PREFLIGHT_MS });
    const sources = new AbortController();
    const campaign = new AbortController();
    const background = Promise.all([
      this.#controller.watches.run(sources.signal),
      this.#platform.run(sources.signal),
      this.#identity.run(sources.signal),
      this.#events.run(sources.signal),
      this.#resync(sources.signal),
      this.#election?.run(campaign.signal),
    ]);
    const { watches } = this.#controller;
    const known = Promise.all([watches.synced(), this.#platform.ready, this.#identity.ready]);
    await this.#untilStopped(Promise.all([known, this.#election?.elected]));
    const working = this.#stopping.signal.aborted ? undefined : this.#work();
    await this.#untilStopped(new Promise(() => {}));

    this.#options.log.info('stopping', { reason: this.#lost ?? 'asked to' });
    sources.abort();
    this.#controller.close();
    await this.#drained(working);
    campaign.abort();
    await background;
    await this.#client.close();
    this.#options.metrics.setLeader(LEASE_NAME, false);
    if (this.#lost !== undefined) throw new Error(`leader election lost: ${this.#lost}`);
  }

  /** Waits for the last write, but not for ever. The timer goes as well: it would keep the process for its whole time. */
  async #drained(working: Promise<void> | undefined): Promise<void> {
    const patience = new AbortController();
    await Promise.race([working, systemTiming.sleep(DRAIN_MS, patience.signal)]);
    patience.abort();
  }

  /** From memory, not from the server: what a bug or a lost event left undone is found within the day. */
  async #resync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await systemTiming.sleep(RESYNC_MS * (0.9 + systemTiming.random() * 0.2), signal);
      if (!signal.aborted) this.#controller.resync();
    }
  }

  #work(): Promise<void> {
    this.#options.metrics.setLeader(LEASE_NAME, true);
    this.#options.log.info('working', { concurrency: this.#options.concurrency });
    return this.#controller.run();
  }

  async #untilStopped(work: Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([work, stopped]);
  }

  #candidate(): LeaderElection {
    return new LeaderElection({
      client: this.#client,
      log: this.#options.log,
      namespace: this.#options.leaderElectionNamespace,
      name: LEASE_NAME,
      timings: this.#options.leaseTimings,
      identity: `${hostname()}_${randomUUID()}`,
      onLost: (reason) => {
        this.#lost = reason;
        this.stop();
      },
    });
  }
}
