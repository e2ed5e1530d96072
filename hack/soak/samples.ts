import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { processFigures } from '../bench/process-figures.ts';
import { sumOf } from '../support/metrics-text.ts';
import type { OperatorProcess } from '../support/operator-process.ts';

/** The operator's process at one moment. */
export interface Sample {
  /** Since the churn began. */
  readonly seconds: number;
  readonly rssMiB: number;
  /** After whatever collection there was last: its lower edge is what is really held. */
  readonly heapMiB: number;
  readonly descriptors: number;
  readonly handles: number;
  readonly watchRestarts: number;
  readonly queueDepth: number;
}

const EVERY_MS = 5_000;

/** Takes samples until the signal aborts. */
export async function sample(operator: OperatorProcess, signal: AbortSignal): Promise<readonly Sample[]> {
  const from = performance.now();
  const samples: Sample[] = [];
  while (!signal.aborted) {
    samples.push(await sampleOnce(operator, (performance.now() - from) / 1000));
    await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}

async function sampleOnce(operator: OperatorProcess, seconds: number): Promise<Sample> {
  const descriptors = (await readdir(`/proc/${operator.pid}/fd`)).length;
  const { rssMiB } = await processFigures(operator.pid);
  const text = await operator.metrics();
  return {
    seconds,
    rssMiB,
    descriptors,
    heapMiB: sumOf(text, 'nodejs_heap_size_used_bytes') / 2 ** 20,
    handles: sumOf(text, 'nodejs_active_handles_total'),
    watchRestarts: sumOf(text, 'parapet_watch_restarts_total'),
    queueDepth: sumOf(text, 'workqueue_depth'),
  };
}
