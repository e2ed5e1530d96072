import { proof } from './promise.ts';
import type { Promised } from './promise.ts';

/** 15 to 19: ten thousand namespaces, and a long time. */
export const AT_SCALE: readonly Promised[] = [
  {
    promise: 'It converges as fast as the API server takes the writes.',
    fault: 'none; 10,000 namespaces of five objects and a report',
    target: '≤ 1.15 × a null writer of the same objects; ≤ 24 connections',
    proofs: [
      proof(
        'cluster/scale.test.ts',
        'A thousand namespaces',
        'are reached over at most 24 connections',
        'are each written once: nothing is patched or deleted on the way',
      ),
    ],
    figures: [
      { group: 'Convergence', what: 'Parapet beside the null writer' },
      { group: 'Process', what: 'connections opened while converging' },
    ],
  },
  {
    promise: 'It is cheap to run.',
    fault: 'none; the same',
    target: '≤ 256 MiB at rest and 320 at most, ≤ 0.5 ms of CPU a write, event loop delayed by ≤ 50 ms (p99)',
    proofs: [
      proof(
        'cluster/tightening.test.ts',
        'An edit that running workloads would violate',
        'costs many empty namespaces one list of metadata, not one each',
      ),
      proof(
        'controller/queue.test.ts',
        'WorkQueue',
        'takes and hands out 10,000 keys at a cost that does not grow with their number',
      ),
    ],
    figures: [
      { group: 'Process', what: 'memory when idle' },
      { group: 'Process', what: 'memory, peak' },
      { group: 'Process', what: 'CPU of Parapet a write' },
      { group: 'Process', what: 'event loop’s delay while converging' },
    ],
  },
  {
    promise: 'A restart over a converged cluster writes nothing and is soon ready.',
    fault: 'a restart over 50,000 objects that are as they should be',
    target: 'no write; ready within 3 × a bare LIST of the same kinds',
    proofs: [
      proof(
        'cluster/stillness.test.ts',
        'A converged cluster',
        'costs a restarted operator no write, and an idle one only the renewals of its Lease',
      ),
    ],
    figures: [
      { group: 'Restart', what: 'writes' },
      { group: 'Restart', what: 'Parapet beside that' },
    ],
  },
  {
    promise: 'It leaks nothing.',
    fault: 'churn and broken watches for a long time',
    target: 'memory grows by ≤ 1 MB an hour after the first minutes; descriptors and handles stay as many',
    proofs: [
      proof(
        'cluster/kube-watches.test.ts',
        'Ten watches of a real API server',
        'share one connection, and with a thousand writes and the lease need no more than 24',
      ),
    ],
    figures: [
      { file: 'soak.json', what: 'minutes', path: 'minutes' },
      { file: 'soak.json', what: 'growth of memory', path: 'rssSlopeMiBPerHour', unit: 'MiB an hour' },
    ],
  },
  {
    promise: 'Status and reports tell the truth, and stay small.',
    fault: 'everything on this page',
    target: 'what they count is what is in the cluster; ≤ 64 KiB at 10,000 namespaces',
    proofs: [
      proof(
        'cluster/truth.test.ts',
        'The reports of namespaces that stand differently',
        'count in the status what the postures say',
        'say of each slot what is in the cluster',
        'follow when things get better',
      ),
      proof(
        'cluster/scale.test.ts',
        'A thousand namespaces',
        'leave a status that is the same as what is in the cluster',
      ),
      proof('cluster/convergence.test.ts', 'Convergence', 'counts in its metrics what the status says'),
    ],
    figures: [
      { group: 'Status', what: 'size of the status' },
      { group: 'Status', what: 'status writes a second' },
    ],
  },
];
