import { postureResource } from '../api/resources.ts';
import type { Sending } from '../kube/apply.ts';
import type { Priority } from '../kube/limiter.ts';
import type { Metrics, ReconcileResult } from '../metrics.ts';
import type { Timing } from '../kube/timing.ts';
import type { Change } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Next } from './next.ts';
import type { PolicyPublisher } from './publish-policy.ts';
import type { Item, WorkQueue } from './queue.ts';
import { reconcileNamespace } from './reconcile-namespace.ts';
import type { ReconcileDeps } from './reconcile-namespace.ts';

/** A refusal is asked again after so long: admins grant a right without telling us. */
const LATER_MS = 30_000;
/** What runs in a namespace is looked at again after so long, give or take a tenth, while an edit is held. */
const HELD_MS = 600_000;

/**
 * Repairs of what somebody did just now wait for no worker: a storm of deletions is mended before it is reported, and a
 * start's backlog holds up nothing. The client bounds the calls in flight; this bounds the memory it takes to wait.
 */
const LIVE_AT_ONCE = 1_000;

/** At a start every policy may have its finalizer and its status due, and namespaces wait for the former. */
const POLICIES_AT_ONCE = 4;

export interface WorkerDeps {
  readonly namespaces: WorkQueue;
  readonly policies: WorkQueue;
  readonly reconcile: Omit<ReconcileDeps, 'write'>;
  readonly write: (change: Change, sending: Sending) => Promise<Outcome>;
  readonly publisher: PolicyPublisher;
  readonly metrics: Metrics;
  readonly timing: Timing;
}

/** Works both queues until they are closed. */
export async function runWorkers(concurrency: number, deps: WorkerDeps): Promise<void> {
  await Promise.all([
    deps.namespaces.run({ any: concurrency, live: LIVE_AT_ONCE }, (item, signal) => workNamespace(item, signal, deps)),
    deps.policies.run({ any: POLICIES_AT_ONCE, live: 0 }, (item) => workPolicy(item, deps)),
  ]);
}

async function workNamespace(item: Item, signal: AbortSignal, deps: WorkerDeps): Promise<void> {
  const { namespaces, reconcile, metrics, timing } = deps;
  let result: ReconcileResult = 'error';
  const startedAt = timing.now();
  try {
    const next = await reconcileNamespace(item, {
      ...reconcile,
      write: (change) => deps.write(change, { signal, priority: priorityOf(change, item) }),
    });
    result = results[next.when];
    if (next.lookAgainMs !== undefined) namespaces.addAfter(item.key, next.lookAgainMs);
    if (next.when === 'backoff') return namespaces.retry(item.key, next.atLeastMs);
    namespaces.forget(item.key);
    if (next.when === 'later') namespaces.addAfter(item.key, LATER_MS * (1 + timing.random()), 'bulk');
    if (next.when === 'held') namespaces.addAfter(item.key, HELD_MS * (0.9 + timing.random() * 0.2), 'bulk');
  } finally {
    metrics.reconciled('namespace', result, (timing.now() - startedAt) / 1000);
  }
}

/** Reports and backlogs let repairs go first. */
function priorityOf({ resource }: Change, { urgency }: Item): Priority {
  return urgency === 'live' && resource !== postureResource ? 'urgent' : 'normal';
}

async function workPolicy({ key }: Item, { policies, publisher }: WorkerDeps): Promise<void> {
  const done = await publisher.publish(key);
  if (done) policies.forget(key);
  else policies.retry(key);
}

/** controller-runtime's words for what comes next. */
const results: Readonly<Record<Next['when'], ReconcileResult>> = {
  settled: 'success',
  backoff: 'requeue',
  later: 'requeue_after',
  held: 'requeue_after',
};
