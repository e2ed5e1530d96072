import { proof } from './promise.ts';
import type { Promised } from './promise.ts';

/** 7 to 14: repairs, edits, and coming and going. */
export const IN_DAILY_WORK: readonly Promised[] = [
  {
    promise: 'Drift is repaired in milliseconds.',
    fault: 'any field of any kind edited, added, removed, or the object deleted or squatted',
    target: 'idle p50 ≤ 3 ms and p99 ≤ 20 ms from commit to commit; ≤ 1 s while 10,000 namespaces start up',
    proofs: [
      {
        file: 'cluster/drift.test.ts',
        titles: ['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'RoleBinding'].map(
          (kind) => `Drift is repaired where a ${kind} is *`,
        ),
      },
      proof(
        'cluster/scale.test.ts',
        'A thousand namespaces',
        'converge while a tampering elsewhere is repaired within a second',
      ),
    ],
    figures: [
      { group: 'Repair', what: 'idle, p50' },
      { group: 'Repair', what: 'idle, p99' },
      { group: 'Repair', what: 'while all start up, p99' },
    ],
  },
  {
    promise: 'At rest it writes nothing but the renewals of its Lease.',
    fault: 'none, after convergence',
    target: 'no write',
    proofs: [
      proof(
        'cluster/stillness.test.ts',
        'A converged cluster',
        'costs a restarted operator no write, and an idle one only the renewals of its Lease',
        'is not stirred by what is nobody’s posture: annotations of a namespace, other objects',
      ),
      {
        file: 'cluster/server-answers.test.ts',
        titles: ['the answer of the API server to what * asks for is what was asked for, so nothing is written twice'],
      },
    ],
    figures: [
      { group: 'Idle', what: 'window' },
      { group: 'Idle', what: 'writes' },
      { group: 'Idle', what: 'reads' },
    ],
  },
  {
    promise: 'It fights nobody: a second writer is answered ever more slowly, named, and wins nothing.',
    fault: 'another controller that undoes every repair',
    target: 'three repairs at once, then paced, nothing open for more than 15 s; Contested names it; nobody else waits',
    proofs: [
      proof(
        'cluster/contested.test.ts',
        'Another controller that undoes every repair',
        'is answered three times at once, and then ever more slowly',
        'keeps neither the other objects of the namespace waiting nor other namespaces',
        'wins nothing by a restart of the operator',
        'is called out after ten repairs, on a policy that stays ready',
        'has cost few writes in all: the repairs, and two reports for each',
        'leaves nothing open when it stops',
      ),
    ],
  },
  {
    promise: 'A wrong policy is refused or named with the path of its fault, and harms no other.',
    fault: 'every field of the schemas set to every class of wrong value, at the API server and past it',
    target: 'every field is tried, and every fault explained',
    proofs: [
      {
        file: 'cluster/bad-input.test.ts',
        titles: [
          'Bad input, generated from the schemas * is refused for every wrong value of every field, with the path of the field',
        ],
      },
      proof(
        'cluster/poison.test.ts',
        'A policy that got past the schema',
        'harms no other: the healthy one converges',
        'is called Stalled, with the path of the fault: *',
        'keeps no repair waiting',
        'works once it is mended',
      ),
    ],
  },
  {
    promise: 'The policy as it was brings everything back as it was.',
    fault: 'a policy edited into nonsense, or into another one, and back',
    target: 'no difference',
    proofs: [
      proof(
        'cluster/rollback.test.ts',
        'A policy that is put back as it was',
        'after *, leaves every object as it was',
      ),
      proof(
        'cluster/blast-radius.test.ts',
        'A slip of the pen',
        'is made good by the selector as it was, without a write to any object',
      ),
    ],
  },
  {
    promise: 'Exactly one replica writes.',
    fault: 'renewals of the Lease that fail, a process that is stopped and wakes up, two replicas',
    target: 'no write is issued after the renew deadline; the next repairs within the Lease and 5 s, or 2 s of a stop',
    proofs: [
      proof(
        'kube/lease.test.ts',
        'LeaderElection',
        'may not write from the renew deadline on, also when nothing woke the process up',
        'never lets two processes write at once, whatever the network does',
      ),
      proof('kube/client.test.ts', 'createClient', 'asks right before sending whether it may still write'),
      proof(
        'cluster/leadership.test.ts',
        'Two replicas',
        'have one leader: the other is ready, warm and writes nothing',
        'change over within seconds when the leader is asked to stop: code 0, the Lease released',
        'change over when the leader is killed, once its Lease has run out',
      ),
      proof(
        'kube/client-tls.test.ts',
        'createClient over TLS',
        'sends no write whose connection came about only when it may write no longer',
      ),
      proof(
        'cluster/failover.test.ts',
        'A change of leaders under tampering',
        'is a matter of two seconds where the leader is asked to stop',
        'waits for the Lease to run out where the leader is killed, and five seconds at most',
        'comes with no write after the renew deadline and none side by side, in whatever way the Lease is lost',
      ),
    ],
    figures: [
      { file: 'failover.json', what: 'losses of the Lease', path: 'losses' },
      { file: 'failover.json', what: 'writes issued after the renew deadline', path: 'issued.late' },
    ],
  },
  {
    promise: 'Asked to stop, it finishes what it has begun, gives its Lease back and ends well.',
    fault: 'SIGTERM while any of its writes is under way',
    target: 'code 0 within 10 s, no write lost, the Lease free',
    proofs: [
      proof(
        'cluster/graceful-stop.test.ts',
        'An operator that is asked to stop',
        'during *, finishes it, releases its Lease and ends with code 0',
      ),
      proof(
        'cluster/crash.test.ts',
        'An operator that is killed while it converges many namespaces',
        'ends with code 0 where it is only asked to stop, with nothing it began left unfinished',
      ),
    ],
  },
  {
    promise: 'It heeds an API server that asks it to slow down.',
    fault: 'half of all calls answered by 429 with Retry-After',
    target: 'no call again before its Retry-After; no more than 32 calls in flight',
    proofs: [
      proof(
        'cluster/throttled.test.ts',
        'An API server that turns every other call away',
        'is asked again no sooner than it said, by few calls at a time, and everything converges',
      ),
      proof('kube/limiter.test.ts', 'Limiter', 'halves its bound once per burst of 429 and grows it back one by one'),
    ],
  },
];
