import type { Convergence } from '../../hack/bench/phases/convergence.ts';
import type { Results } from '../../hack/bench/results.ts';

const convergence: Convergence = {
  ms: 2000,
  endedAt: 0,
  objects: 1200,
  writes: 1000,
  operatorCpuMs: 400,
  cpuMs: 3000,
  statusWrites: 3,
  statusMs: 4000,
  statusBytes: 2048,
  policyBytes: 4096,
  connections: 20,
  stallP99Ms: 12,
  peakRssMiB: 150,
};

/** A run that was none: only convergence, and what a test adds. */
export function madeUp(namespaces: number, more: Partial<Results> = {}): Results {
  return {
    namespaces,
    date: '2026-01-02T03:04:05Z',
    machine: 'a machine',
    loadBefore: 0.1,
    versions: { parapet: '0', node: 'v24', kubernetes: 'v1' },
    seconds: 60,
    convergence: [{ ...convergence, ms: 10 * namespaces }],
    nullWriter: [{ ms: 8 * namespaces, cpuMs: 2000 }],
    ...more,
  };
}
