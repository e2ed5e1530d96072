import type { ConditionType, PolicyCondition, WorstSlot } from '../api/policy-status.ts';
import type { Policy } from '../api/policy.ts';
import { boundedMessage, cut } from './bounds.ts';
import type { ConditionReason } from './condition-reasons.ts';
import type { FinalizerRefusal } from './finalizer-refusal.ts';
import type { Totals } from './totals.ts';

/** Of what is wrong somewhere a condition quotes so much: names and the next command need room too. */
const MAX_EXAMPLE = 512;

/** What a policy's conditions are decided on. */
export interface Situation {
  readonly policy: Policy;
  readonly totals: Totals;
  /** Writes have been failing for longer than five minutes for a cause outside the namespaces. */
  readonly writesFailing: boolean;
  readonly finalizerRefused?: FinalizerRefusal;
}

/** A condition before it gets its times and generation. */
export type Verdicted = Pick<PolicyCondition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * The golden table of the API contract, section 5: deleting > Stalled > Suspended > Reconciling > Ready. Ready means "this
 * generation is reconciled as its mode demands", not "no drift": what a tenant causes never fails a platform's GitOps.
 * Ready and Drifted are always present; the others only while they are true, as kstatus expects of abnormal conditions.
 */
export function decideConditions(situation: Situation): readonly Verdicted[] {
  return [standingConditions(situation), drifted(situation), ...tenantConditions(situation.totals)].flat();
}

function standingConditions(situation: Situation): readonly Verdicted[] {
  if (situation.policy.deleting) return deleting(situation);
  const stalled = stalledBy(situation);
  if (stalled !== undefined) {
    return [
      condition('Ready', 'False', stalled.reason, stalled.message),
      condition('Stalled', 'True', stalled.reason, stalled.message),
    ];
  }
  const { policy, totals } = situation;
  if (policy.suspend) {
    const message = `suspended: what it holds in ${namespaces(totals.matched)} is left as it is; set spec.suspend to false to resume`;
    return [condition('Ready', 'True', 'Suspended', message), condition('Suspended', 'True', 'Suspended', message)];
  }
  if (totals.pending > 0) {
    const message = `${totals.matched - totals.pending} of ${namespaces(totals.matched)} reconciled`;
    return [
      condition('Ready', 'Unknown', 'Progressing', message),
      condition('Reconciling', 'True', 'Progressing', message),
    ];
  }
  return [ready(situation)];
}

/** kstatus goes by the deletionTimestamp; these tell people how far it is and what keeps it. */
function deleting({ policy, totals, finalizerRefused }: Situation): readonly Verdicted[] {
  const obstacle = totals.refused ?? totals.degraded ?? totals.failing;
  const kept = obstacle && `${obstacle.slot} in ${obstacle.namespace}: ${cut(obstacle.message, MAX_EXAMPLE)}`;
  const left = `what it holds in ${namespaces(totals.matched - totals.compliant)} is still to be removed`;
  const message = [
    finalizerRefused?.message ?? left,
    ...(kept === undefined ? [] : [`kept by ${kept}`]),
    `to leave the rest where it is: kubectl patch csecpol ${policy.name} --type=merge -p '{"spec":{"deletionPolicy":"Orphan"}}'`,
  ].join('; ');
  return [condition('Ready', 'Unknown', 'Deleting', message), condition('Reconciling', 'True', 'Deleting', message)];
}

function ready({ policy, totals }: Situation): Verdicted {
  if (totals.matched === 0) {
    return condition('Ready', 'True', 'NoNamespaces', 'no namespace matches; check namespaceSelector and includeNames');
  }
  const share = `${totals.compliant} of ${namespaces(totals.matched)} compliant`;
  if (totals.openDrift === 0) return condition('Ready', 'True', 'Succeeded', share);
  const done = policy.mode === 'Audit' ? 'audited' : 'reconciled';
  return condition('Ready', 'True', 'Succeeded', `${done}; ${share}; ${worstOf(totals)}`);
}

interface Cause {
  readonly reason: ConditionReason | '';
  readonly message: string;
}

/** What only the policy's author or the platform's admins can mend. */
function stalledBy({ policy, totals, writesFailing, finalizerRefused }: Situation): Cause | undefined {
  const [problem] = policy.problems;
  if (problem !== undefined) {
    const more = policy.problems.length > 1 ? ` (and ${policy.problems.length - 1} more)` : '';
    const field = problem.path.replaceAll(/\[[^\]]*\]/g, '');
    const next = `next: kubectl explain clustersecuritypolicies.${field}`;
    return {
      reason: 'InvalidSpec',
      message: `${cut(`${problem.path}: ${problem.message}`, MAX_EXAMPLE)}${more}; ${next}`,
    };
  }
  if (finalizerRefused !== undefined) return finalizerRefused;
  const refused = totals.refused;
  if (refused !== undefined) {
    return { reason: refused.reason, message: exampleOf(totals.refusedNamespaces, refused) };
  }
  if (!writesFailing || totals.failing === undefined) return undefined;
  return { reason: 'WritesFailing', message: exampleOf(totals.failingNamespaces, totals.failing) };
}

function drifted({ policy, totals }: Situation): Verdicted {
  if (totals.openDrift === 0) return condition('Drifted', 'False', 'NoDrift', 'no open drift');
  const reason = policy.mode === 'Audit' ? 'DriftFound' : 'DriftOpen';
  return condition('Drifted', 'True', reason, `${totals.openDrift} open; ${worstOf(totals)}`);
}

function tenantConditions(totals: Totals): readonly Verdicted[] {
  const conditions: Verdicted[] = [];
  if (totals.degraded !== undefined) {
    const { reason } = totals.degraded;
    conditions.push(condition('Degraded', 'True', reason, exampleOf(totals.degradedNamespaces, totals.degraded)));
  }
  if (totals.conflict !== undefined) {
    const { namespace, slot, winner } = totals.conflict;
    const message = `${namespaces(totals.conflictedNamespaces)}, such as ${namespace}: ${slot} is won by ${winner} at equal priority; give one of them a higher spec.priority`;
    conditions.push(condition('Conflicted', 'True', 'SamePriority', message));
  }
  if (totals.contested !== undefined) {
    const message = exampleOf(totals.contestedNamespaces, totals.contested);
    conditions.push(condition('Contested', 'True', 'Contested', message));
  }
  return conditions;
}

function namespaces(count: number): string {
  return count === 1 ? '1 namespace' : `${count} namespaces`;
}

function worstOf(totals: Totals): string {
  const [worst] = totals.worst;
  if (worst === undefined) return 'see the NamespacePostures';
  return `worst: ${worst.namespace} ${worst.slot}; ${nextIn(worst.namespace)}`;
}

/** How many, the worst, and what to look at next: that last part must not be what is cut. */
function exampleOf(
  count: number,
  { namespace, slot, message }: Pick<WorstSlot, 'namespace' | 'slot' | 'message'>,
): string {
  return `${namespaces(count)}, such as ${namespace}: ${slot}: ${cut(message, MAX_EXAMPLE)}; ${nextIn(namespace)}`;
}

function nextIn(namespace: string): string {
  return `next: kubectl describe nsposture parapet -n ${namespace}`;
}

/** A condition, its message cut to what one may hold. */
export function condition(
  type: ConditionType,
  status: PolicyCondition['status'],
  reason: Cause['reason'],
  message: string,
): Verdicted {
  return { type, status, reason, message: boundedMessage(message) };
}
