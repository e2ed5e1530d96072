import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { clientMetrics, watchIdle } from './metrics/client-metrics.ts';
import type { ClientMetrics } from './metrics/client-metrics.ts';
import { exceptionMetrics } from './metrics/exception-series.ts';
import type { ExceptionReadings } from './metrics/exception-series.ts';
import { PolicyCounter, PolicyGauge } from './metrics/policy-series.ts';
import { queueMetrics } from './metrics/queue-metrics.ts';
import type { QueueMetrics } from './metrics/queue-metrics.ts';

export type { ExceptionReading, ExceptionReadings } from './metrics/exception-series.ts';

/** How a reconcile ended, in controller-runtime's words. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

export interface MetricsOptions {
  readonly version: string;
  /** Seconds on a clock that never steps. */
  readonly seconds?: () => number;
}

// A repair takes a few milliseconds; what takes longer than a minute is an outage, not a duration.
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Every metric, in a registry of its own. Names that client-go and controller-runtime coined mean what they mean there. */
export class Metrics {
  readonly registry = new Registry();
  readonly namespaces = new PolicyGauge(this.registry, {
    name: 'parapet_namespaces',
    help: 'Namespaces a policy selects, by how they stand.',
    label: 'state',
  });
  readonly driftDetected = new PolicyCounter(this.registry, 'parapet_drift_detected_total', 'Drifts found.');
  readonly driftRepaired = new PolicyCounter(this.registry, 'parapet_drift_repaired_total', 'Drifts repaired.');
  readonly repairsPaced = new PolicyCounter(
    this.registry,
    'parapet_repairs_paced_total',
    'Drifts repaired that had to wait, because somebody else keeps changing the object.',
  );
  /** In seconds. */
  readonly repairDuration = new Histogram({
    name: 'parapet_repair_duration_seconds',
    help: 'Time from the event that showed a drift to its repair, or from its turn where repairs are paced.',
    buckets: BUCKETS,
    registers: [this.registry],
  });
  readonly client: ClientMetrics = clientMetrics(this.registry);
  /** What the queue of that name reports to. */
  readonly queue: (name: string) => QueueMetrics;
  readonly #driftOpen = new PolicyGauge(this.registry, {
    name: 'parapet_drift_open',
    help: 'Drifts open now, by kind.',
    label: 'kind',
  });
  readonly #contested = new PolicyGauge(this.registry, {
    name: 'parapet_contested_objects',
    help: 'Objects that somebody else keeps changing.',
    label: 'resource',
  });
  readonly #clusterGrants = new Gauge({
    name: 'parapet_cluster_grants',
    help: 'ClusterRoleBindings that grant in every namespace what would be Widened in one, by reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly #leader = new Gauge({
    name: 'leader_election_master_status',
    help: '1 while this process leads.',
    labelNames: ['name'],
    registers: [this.registry],
  });
  readonly #reconciles = reconcileMetrics(this.registry);
  readonly #watches = new Map<string, () => number>();
  #readExceptions: () => ExceptionReadings = () => ({ now: 0, exceptions: [] });

  constructor({ version, seconds = () => performance.now() / 1000 }: MetricsOptions) {
    this.queue = queueMetrics(this.registry, seconds);
    watchIdle(this.registry, this.#watches);
    exceptionMetrics(this.registry, () => this.#readExceptions());
    buildInfo(this.registry, version);
    collectDefaultMetrics({ register: this.registry });
  }

  /** Replaces a policy's open drifts. A policy that comes back under its old name counts for itself again. */
  setOpenDrift(policy: string, countByKind: ReadonlyMap<string, number>): void {
    this.driftDetected.revive(policy);
    this.driftRepaired.revive(policy);
    this.repairsPaced.revive(policy);
    this.#driftOpen.drop(policy);
    for (const [kind, count] of countByKind) this.#driftOpen.set({ policy, kind }, count);
  }

  /** Replaces a policy's contested objects. */
  setContested(policy: string, countByResource: ReadonlyMap<string, number>): void {
    this.#contested.drop(policy);
    for (const [resource, count] of countByResource) this.#contested.set({ policy, resource }, count);
  }

  /** Takes a policy's series away: its gauges vanish, its counts go on under `policy=""`. */
  dropPolicy(policy: string): void {
    const gauges = [this.namespaces, this.#driftOpen, this.#contested];
    const counters = [this.driftDetected, this.driftRepaired, this.repairsPaced];
    for (const series of [...gauges, ...counters]) series.drop(policy);
  }

  /** Replaces the counts, which belong to no policy. */
  setClusterGrants(countByReason: ReadonlyMap<string, number>): void {
    this.#clusterGrants.reset();
    for (const [reason, count] of countByReason) this.#clusterGrants.set({ reason }, count);
  }

  setLeader(name: string, leads: boolean): void {
    this.#leader.set({ name }, leads ? 1 : 0);
  }

  reconciled(controller: string, result: ReconcileResult, seconds: number): void {
    this.#reconciles.total.inc({ controller, result });
    if (result === 'error') this.#reconciles.errors.inc({ controller });
    this.#reconciles.time.observe({ controller }, seconds);
  }

  /** @param read how the exceptions stand: asked at each scrape */
  exceptions(read: () => ExceptionReadings): void {
    this.#readExceptions = read;
  }

  /** @param idleSeconds how long the resource's watch has been silent: asked at each scrape */
  watch(resource: string, idleSeconds: () => number): void {
    this.#watches.set(resource, idleSeconds);
  }
}

/** A Markdown table of every metric, made from the registry. */
export function metricsReference(): string {
  const { registry } = new Metrics({ version: '' });
  const rows = registry.getMetricsAsArray().map((metric) => {
    // The declaration leaves out what every metric of the registry has.
    const { labelNames = [] } = metric as { readonly labelNames?: readonly string[] };
    const labels = labelNames.map((label) => `\`${label}\``).join(' ');
    return `| \`${metric.name}\` | ${metric.type} | ${labels} | ${metric.help} |`;
  });
  return ['| metric | type | labels | meaning |', '|---|---|---|---|', ...rows.toSorted(), ''].join('\n');
}

interface ReconcileMetrics {
  readonly total: Counter<'controller' | 'result'>;
  readonly errors: Counter<'controller'>;
  readonly time: Histogram<'controller'>;
}

function reconcileMetrics(registry: Registry): ReconcileMetrics {
  const registers = [registry];
  return {
    total: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles, by how they ended.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    errors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciles that failed.',
      labelNames: ['controller'],
      registers,
    }),
    time: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of a reconcile.',
      labelNames: ['controller'],
      buckets: BUCKETS,
      registers,
    }),
  };
}

function buildInfo(registry: Registry, version: string): void {
  const info = new Gauge({
    name: 'parapet_build_info',
    help: 'Always 1; the versions are labels.',
    labelNames: ['version', 'node'],
    registers: [registry],
  });
  info.set({ version, node: process.version }, 1);
}
