import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a drift is counted by; never a namespace, of which there are thousands. */
export interface DriftLabels {
  readonly policy: string;
  readonly resource: string;
  readonly kind: string;
}

/** A counter of drifts, which outlives the policies it counts for. */
export interface DriftCounter {
  inc(labels: DriftLabels): void;
}

/** What the API client tells: the `rest_client_*` and `parapet_watch_*` metrics. Code 0 is "no usable answer". */
export interface ClientObserver {
  request(method: string, code: number, seconds: number): void;
  retry(method: string, code: number): void;
  queued(seconds: number): void;
  connection(lane: string): void;
  watchRestart(resource: string, reason: string): void;
  eventDropped(): void;
}

/** What a work queue tells: the `workqueue_*` metrics. */
export interface QueueMetrics {
  added(depth: number): void;
  started(key: string, queuedSeconds: number, depth: number): void;
  finished(key: string, workSeconds: number): void;
  retried(): void;
}

/** How a reconcile ended, in controller-runtime's words. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface MetricsOptions {
  readonly version: string;
  /** Seconds on a clock that never steps. */
  readonly seconds?: () => number;
}

// A repair takes a few milliseconds; what takes longer than a minute is an outage, not a duration.
const REPAIR_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
// client-go's.
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
// client-go's begin at ten nanoseconds, below what this clock can tell.
const QUEUE_BUCKETS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/** Every metric, in a registry of its own. Names that client-go and controller-runtime coined mean what they mean there. */
export class Metrics {
  readonly registry = new Registry();
  readonly namespaces: Gauge<'policy' | 'state'>;
  readonly driftDetected: DriftCounter;
  readonly driftRepaired: DriftCounter;
  /** From the event that showed a drift to the write that mended it, in seconds. */
  readonly repairDuration: Histogram;
  readonly client: ClientObserver;
  readonly #driftOpen: Gauge<'policy' | 'kind'>;
  readonly #drifts: readonly PolicyCounter[];
  readonly #leader: Gauge<'name'>;
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #reconcileErrors: Counter<'controller'>;
  readonly #reconcileTime: Histogram<'controller'>;
  readonly #watches = new Map<string, () => number>();
  readonly #queues: QueueFamilies;

  constructor({ version, seconds = () => performance.now() / 1000 }: MetricsOptions) {
    const { registry } = this;
    this.namespaces = gauge(registry, 'parapet_namespaces', 'Namespaces a policy selects, by how they stand.', [
      'policy',
      'state',
    ]);
    this.#driftOpen = gauge(registry, 'parapet_drift_open', 'Drifts open now, by kind.', ['policy', 'kind']);
    const detected = new PolicyCounter(registry, 'parapet_drift_detected_total', 'Drifts found.');
    const repaired = new PolicyCounter(registry, 'parapet_drift_repaired_total', 'Drifts repaired.');
    this.#drifts = [detected, repaired];
    [this.driftDetected, this.driftRepaired] = [detected, repaired];
    this.repairDuration = new Histogram({
      name: 'parapet_repair_duration_seconds',
      help: 'Time from the event that showed a drift to its repair.',
      buckets: REPAIR_BUCKETS,
      registers: [registry],
    });
    this.client = clientMetrics(registry);
    this.#queues = queueFamilies(registry, seconds);
    this.#leader = gauge(registry, 'leader_election_master_status', '1 while this process leads.', ['name']);
    this.#reconciles = counter(registry, 'controller_runtime_reconcile_total', 'Reconciles, by how they ended.', [
      'controller',
      'result',
    ]);
    this.#reconcileErrors = counter(registry, 'controller_runtime_reconcile_errors_total', 'Reconciles that failed.', [
      'controller',
    ]);
    this.#reconcileTime = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of a reconcile.',
      labelNames: ['controller'],
      buckets: REPAIR_BUCKETS,
      registers: [registry],
    });
    watchIdle(registry, this.#watches);
    gauge(registry, 'parapet_build_info', 'Always 1; the version is a label.', ['version', 'node']).set(
      { version, node: process.version },
      1,
    );
    collectDefaultMetrics({ register: registry });
  }

  /** Replaces a policy's open drifts. A policy that comes back under its old name counts for itself again. */
  setOpenDrift(policy: string, countByKind: ReadonlyMap<string, number>): void {
    for (const drifts of this.#drifts) drifts.revive(policy);
    this.#removeOpenDrift(policy);
    for (const [kind, count] of countByKind) this.#driftOpen.set({ policy, kind }, count);
  }

  /** Takes a policy's series away: its gauges vanish, its counts go on under `policy=""`. */
  dropPolicy(policy: string): void {
    this.#removeOpenDrift(policy);
    for (const state of labelValues(this.namespaces, policy, 'state')) this.namespaces.remove({ policy, state });
    for (const drifts of this.#drifts) drifts.bury(policy);
  }

  #removeOpenDrift(policy: string): void {
    for (const kind of labelValues(this.#driftOpen, policy, 'kind')) this.#driftOpen.remove({ policy, kind });
  }

  setLeader(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
  }

  reconciled(controller: string, result: ReconcileResult, seconds: number): void {
    this.#reconciles.inc({ controller, result });
    if (result === 'error') this.#reconcileErrors.inc({ controller });
    this.#reconcileTime.observe({ controller }, seconds);
  }

  /** @param idleSeconds how long the resource's watch has been silent: asked at each scrape */
  watch(resource: string, idleSeconds: () => number): void {
    this.#watches.set(resource, idleSeconds);
  }

  queue(name: string): QueueMetrics {
    return this.#queues.of(name);
  }
}
