import type { EventRecorder, EventSubject } from '../kube/events.ts';
import type { Log } from '../kube/observer.ts';
import type { Metrics } from '../metrics.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import type { Resource } from '../slots/kube-object.ts';
import { POSTURE_NAME, exceptionResource, policyResource, postureResource } from '../api/resources.ts';
import { levelOf } from '../status/severity.ts';
import { boundedDiffs } from '../status/posture.ts';
import type { NamespaceReport, SlotReport } from '../status/settle.ts';
import { newlyContested, policyEvents, postureEvents, untold } from '../status/transitions.ts';
import type { Announcement } from '../status/transitions.ts';
import type { ExceptionStatus } from '../api/exception-status.ts';
import type { ExceptionEntry } from './view.ts';
import type { Memory } from './memory.ts';
import type { Observation } from './observe.ts';
import type { Published } from './publish-policy.ts';

export interface ObserverDeps {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly memory: Memory;
  readonly now: () => Date;
}

/** Tells what a reconcile did: repairs into the log, the metrics and the next status; transitions as Events. */
export function observeNamespace(observation: Observation, deps: ObserverDeps): void {
  const { report, previous, posture, refusal: reason } = observation;
  if (reason !== undefined) deps.log.warn('report refused', { namespace: report.namespace, reason });
  for (const slot of [...report.slots, ...report.removed]) {
    if (slot.repaired !== undefined) tellRepair(slot, observation, deps);
  }
  const { enforced, audited } = untold(report, previous);
  for (const slot of [...enforced, ...audited].filter(({ state }) => isOpen(state))) {
    deps.metrics.driftDetected.inc(labelsOf(slot, slot.state, report));
    const { state: kind, reason, actor } = slot;
    deps.log.warn('drift found', { namespace: report.namespace, object: slot.slot, kind, reason, actor });
  }
  for (const { slot: object, contest } of newlyContested(report, previous)) {
    deps.log.warn('object contested', { namespace: report.namespace, object, actor: contest?.manager });
  }
  if (posture === undefined) return;
  const subject = subjectOf(postureResource, POSTURE_NAME, posture.uid, report.namespace);
  announce(postureEvents(report, previous), subject, deps);
}

/** Tells how a policy stands: gauges, and Events for conditions that changed. */
export function observePolicy({ entry, totals, status, drift, contested }: Published, deps: ObserverDeps): void {
  const { name: policy, uid } = entry;
  const { matched, compliant, drifted, blocked, held, exempt, pending } = totals;
  for (const [state, count] of Object.entries({ matched, compliant, drifted, blocked, held, exempt, pending })) {
    deps.metrics.namespaces.set({ policy, state }, count);
  }
  deps.metrics.setOpenDrift(policy, drift);
  deps.metrics.setContested(policy, contested);
  announce(
    policyEvents(status.conditions ?? [], entry.status?.conditions),
    subjectOf(policyResource, policy, uid),
    deps,
  );
}

/** Tells as Events what changed about an exception. */
export function observeException(
  { name, uid, status: before }: ExceptionEntry,
  status: ExceptionStatus,
  deps: ObserverDeps,
): void {
  announce(
    policyEvents(status.conditions ?? [], before?.conditions ?? []),
    subjectOf(exceptionResource, name, uid),
    deps,
  );
}

function tellRepair(slot: SlotReport, { report, seconds }: Observation, deps: ObserverDeps): void {
  const { log, metrics, memory, now } = deps;
  const { namespace } = report;
  const { slot: object, actor, policies, repaired: kind = '', mended = [] } = slot;
  // What had to wait for its repair was counted when it began to wait.
  if (slot.detected === undefined) metrics.driftDetected.inc(labelsOf(slot, kind, report));
  else metrics.repairsPaced.inc(labelsOf(slot, kind, report));
  metrics.driftRepaired.inc(labelsOf(slot, kind, report));
  metrics.repairDuration.observe(seconds);
  const diffs = boundedDiffs(mended);
  log.info('drift repaired', { namespace, object, kind, actor, policy: policies.join(','), diffs, seconds });
  const repair = { namespace, slot: object, kind, actor, time: now().toISOString() };
  for (const policy of policies.filter((name) => report.matched.includes(name))) memory.repaired(policy, repair);
}

function isOpen(state: SlotReport['state']): boolean {
  return ['Drifted', 'Blocked', 'Held'].includes(levelOf(state));
}

/**
 * One policy a slot, its winner or first contributor, so that sums over policies count each drift once. None where none
 * of them selects the namespace: an annotation may name as many policies as a tenant can think of.
 */
function labelsOf(
  { slot, policies }: SlotReport,
  kind: string,
  { matched }: NamespaceReport,
): Record<'policy' | 'resource' | 'kind', string> {
  const policy = policies.find((name) => matched.includes(name)) ?? '';
  return { policy, resource: slot.split('/')[0] ?? '', kind };
}

function subjectOf(resource: Resource, name: string, uid: string, namespace?: string): EventSubject {
  const subject = { apiVersion: apiVersionOf(resource), kind: resource.kind, name, uid };
  return namespace === undefined ? subject : { ...subject, namespace };
}

function announce(announcements: readonly Announcement[], regarding: EventSubject, { events }: ObserverDeps): void {
  for (const announcement of announcements) events.record({ regarding, ...announcement });
}
