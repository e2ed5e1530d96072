import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** What a work queue tells. */
export interface QueueMetrics {
  added(depth: number): void;
  started(key: string, queuedSeconds: number, depth: number): void;
  finished(key: string, workSeconds: number): void;
  retried(): void;
}

// client-go's begin at ten nanoseconds, below what this clock can tell.
const BUCKETS = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/**
 * `workqueue_*` as client-go names them, labelled by the queue's name.
 * @param now seconds on a clock that never steps
 * @returns what each queue of that name reports to
 */
export function queueMetrics(registry: Registry, now: () => number): (name: string) => QueueMetrics {
  const running = new Map<string, Map<string, number>>();
  const counters = queueCounters(registry);
  const histograms = queueHistograms(registry);
  runningGauges(registry, () => [...running].map(([name, startedAt]) => ({ name, ages: ages(startedAt, now()) })));
  return (name) => {
    const startedAt = new Map<string, number>();
    running.set(name, startedAt);
    return {
      added: (depth) => {
        counters.adds.inc({ name });
        counters.depth.set({ name }, depth);
      },
      started: (key, queuedSeconds, depth) => {
        startedAt.set(key, now());
        counters.depth.set({ name }, depth);
        histograms.queued.observe({ name }, queuedSeconds);
      },
      finished: (key, workSeconds) => {
        startedAt.delete(key);
        histograms.worked.observe({ name }, workSeconds);
      },
      retried: () => counters.retries.inc({ name }),
    };
  };
}

interface QueueCounters {
  readonly depth: Gauge<'name'>;
  readonly adds: Counter<'name'>;
  readonly retries: Counter<'name'>;
}

function queueCounters(registry: Registry): QueueCounters {
  const common = { labelNames: ['name' as const], registers: [registry] };
  return {
    depth: new Gauge({ ...common, name: 'workqueue_depth', help: 'Keys that wait.' }),
    adds: new Counter({ ...common, name: 'workqueue_adds_total', help: 'Keys added.' }),
    retries: new Counter({ ...common, name: 'workqueue_retries_total', help: 'Keys tried again.' }),
  };
}

function queueHistograms(registry: Registry): Record<'queued' | 'worked', Histogram<'name'>> {
  const common = { labelNames: ['name' as const], registers: [registry], buckets: BUCKETS };
  return {
    queued: new Histogram({ ...common, name: 'workqueue_queue_duration_seconds', help: 'Time a key waited.' }),
    worked: new Histogram({ ...common, name: 'workqueue_work_duration_seconds', help: 'Time a key was worked on.' }),
  };
}

interface Running {
  readonly name: string;
  readonly ages: readonly number[];
}

function runningGauges(registry: Registry, running: () => readonly Running[]): void {
  const common = { labelNames: ['name' as const], registers: [registry] };
  const unfinished = new Gauge({
    ...common,
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds of work under way, added up: many of them, or growing ones, mean stuck workers.',
    collect: () => {
      for (const { name, ages } of running()) unfinished.set({ name }, sum(ages));
    },
  });
  const longest = new Gauge({
    ...common,
    name: 'workqueue_longest_running_processor_seconds',
    help: 'Seconds the longest running worker has been at its key.',
    collect: () => {
      for (const { name, ages } of running()) longest.set({ name }, Math.max(0, ...ages));
    },
  });
}

function ages(startedAt: ReadonlyMap<string, number>, now: number): readonly number[] {
  return [...startedAt.values()].map((start) => now - start);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
