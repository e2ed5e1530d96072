import type { Policy } from '../api/policy.ts';
import { exceptionExplanations } from './exception-explanation.ts';
import type { StandingException } from './exception-explanation.ts';
import type { Explanation, PolicyExplanation, SlotExplanation } from '../output/explanation.ts';
import { clusterGrants } from '../plan/cluster-grants.ts';
import { cleansUp } from '../plan/deletion.ts';
import { foldPolicies } from '../plan/fold.ts';
import type { SlotPlan } from '../plan/namespace-plan.ts';
import { plan } from '../plan/plan.ts';
import { kindOfSlot } from '../plan/slots-before.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import { standings } from '../plan/standing.ts';
import type { Standings } from '../plan/standing.ts';
import { whySelected } from '../plan/why-selected.ts';
import type { ClusterState } from './cluster-state.ts';
import { spelledAction } from './spelled-action.ts';

/** Why the namespace is as it is, from the plan the operator would make of it now. */
export function explanationOf(
  snapshot: NamespaceSnapshot,
  state: ClusterState,
  exceptions: readonly StandingException[],
): Explanation {
  const planned = plan(snapshot);
  const standing = standings(snapshot);
  const asks = askedFor(snapshot, standing);
  const explain = (slot: SlotPlan): SlotExplanation => slotExplanation(slot, standing, asks.get(slot.slot) ?? []);
  return {
    namespace: snapshot.namespace.name,
    labels: snapshot.namespace.labels,
    terminating: snapshot.namespace.terminating,
    policies: snapshot.policies.map((policy) => policyExplanation(policy, snapshot, standing)).toSorted(selectingFirst),
    exceptions: exceptionExplanations(exceptions, planned, snapshot),
    slots: [
      ...planned.slots.map(explain),
      ...planned.audits.flatMap(({ policy, slots }) => slots.map((slot) => auditExplanation(slot, policy))),
    ].toSorted((a, b) => (a.slot < b.slot ? -1 : a.slot > b.slot ? 1 : 0)),
    clusterWide: clusterGrants(state.view.clusterRoleBindings.list(''), snapshot.clusterRoles).map(
      ({ binding, reason, message }) => ({ binding, reason, message }),
    ),
    notEvaluated: state.notEvaluated,
    platform: snapshot.platform,
    assumed: state.platform.assumed,
  };
}

function policyExplanation(policy: Policy, snapshot: NamespaceSnapshot, { matched }: Standings): PolicyExplanation {
  const { name, mode, priority, problems } = policy;
  return {
    name,
    mode,
    priority,
    selects: matched.includes(name),
    because: reasonsOf(policy, snapshot),
    problems: problems.map(({ path, message }) => `${path}: ${message}`),
  };
}

function reasonsOf(policy: Policy, { namespace, protectedNamespaces }: NamespaceSnapshot): readonly string[] {
  if (cleansUp(policy)) return ['it is being deleted, and with it what it alone holds'];
  if (policy.deleting) return ['it is being deleted'];
  if (!policy.decodable) return ['its selection or mode can’t be read'];
  const reasons = whySelected(policy, namespace, protectedNamespaces);
  return policy.suspend ? [...reasons, 'suspended: it does not write'] : reasons;
}

function selectingFirst(a: PolicyExplanation, b: PolicyExplanation): number {
  return Number(b.selects) - Number(a.selects) || (a.name < b.name ? -1 : 1);
}

/** By slot, the acting policies that ask for it by themselves. */
function askedFor({ namespace, platform }: NamespaceSnapshot, { claims }: Standings): ReadonlyMap<string, Policy[]> {
  const asks = new Map<string, Policy[]>();
  for (const policy of claims) {
    for (const slot of foldPolicies([policy], { namespace, platform, held: [] }).keys()) {
      asks.set(slot, [...(asks.get(slot) ?? []), policy]);
    }
  }
  return asks;
}

function slotExplanation(slot: SlotPlan, standing: Standings, asking: readonly Policy[]): SlotExplanation {
  const { state, reason, message, actor, policies, diffs, change } = slot;
  const winners = standing.claims.filter(({ name }) => policies.includes(name));
  const losers = asking.filter(({ name }) => !policies.includes(name));
  return {
    slot: slot.slot,
    state,
    reason,
    message,
    actor,
    policies,
    because: isOthers(slot) ? 'somebody else’s object, which is only reported' : whyTheirs(winners, losers),
    lost: winners.length === 0 ? [] : losers.map((loser) => ({ policy: loser.name, because: whyLost(loser, winners) })),
    held: heldBy(slot, standing),
    next: change === undefined ? 'nothing' : spelledAction(change),
    diffs,
  };
}

/** What others' objects do to the posture. */
function isOthers({ state, reason }: SlotPlan): boolean {
  return state === 'Competing' || state === 'Widened' || reason === 'RoleUnknown';
}

/** As an Audit policy would have it, laid over what is written. */
function auditExplanation(slot: SlotPlan, audit: string): SlotExplanation {
  const { slot: name, state, reason, message, actor, policies, diffs } = slot;
  const beside = { because: 'it would have it so', lost: [], held: [], audit, next: 'nothing' } as const;
  return { slot: name, state, reason, message, actor, policies, ...beside, diffs };
}

function whyTheirs(winners: readonly Policy[], losers: readonly Policy[]): string {
  const [winner, ...others] = winners;
  if (winner === undefined) return 'no acting policy asks for it';
  if (others.length > 0) return 'what all of them ask for, folded';
  if (losers.length === 0) return 'nobody else asks for it';
  const rival = Math.max(...losers.map(({ priority }) => priority));
  return winner.priority > rival
    ? `priority ${winner.priority} is the highest`
    : `of priority ${winner.priority} the smaller name`;
}

function whyLost({ priority }: Policy, [winner]: readonly Policy[]): string {
  if (winner === undefined || priority > winner.priority) return 'it adds nothing to it';
  if (priority === winner.priority) return `priority ${priority} as ${winner.name} has, and the larger name`;
  return `priority ${priority} is lower than ${winner.priority} of ${winner.name}`;
}

function heldBy({ slot, policies }: SlotPlan, standing: Standings): SlotExplanation['held'] {
  const field = kindOfSlot(slot)?.field ?? '';
  return policies.flatMap((policy) => {
    const hold = standing.hold(policy, field);
    return hold === 'claims' ? [] : [{ policy, standing: hold }];
  });
}
