import { GRANTABLE_LABEL, GRANTABLE_ROLE } from '../api/grantable.ts';
import type { Desired, Flaw } from '../slots/slot-kind.ts';
import { describeRight, exceedingRight } from '../widening/rights.ts';
import type { RbacRule, Right } from '../widening/rights.ts';
import { slotId } from './fold.ts';
import type { FoldedSlots } from './fold.ts';
import { readBinding, readRules } from './read-stranger.ts';
import type { ClusterRoles, NamespaceSnapshot } from './snapshot.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** What policies may grant; undefined where nobody knows but the API server: offline, or an operator that is an admin. */
export function ceilingOf({ clusterRoles }: Pick<NamespaceSnapshot, 'clusterRoles'>): readonly RbacRule[] | undefined {
  const content = clusterRoles.get(GRANTABLE_ROLE);
  return content && readRules(content);
}

/**
 * The fold without what goes beyond the ceiling: nothing may stand there, nor what needs it. The API server refuses the
 * same, and a little less, since it counts all that the operator holds; but it does not take away what was written before
 * the ceiling was lowered, and to ask it again and again in every namespace would say nothing new.
 */
export function withinCeiling(wanted: FoldedSlots, snapshot: NamespaceSnapshot): FoldedSlots {
  const ceiling = ceilingOf(snapshot);
  if (ceiling === undefined) return wanted;
  const flaws = new Map([...wanted].map(([slot, desired]) => [slot, ownFlaw(desired, ceiling, snapshot.clusterRoles)]));
  return new Map(
    [...wanted].map(([slot, desired]) => {
      const awaited = flaws.get(desired.needs ?? '');
      const flaw = flaws.get(slot) ?? (awaited === undefined ? undefined : waiting(awaited, desired));
      return [slot, flaw === undefined ? desired : { ...desired, flaw }];
    }),
  );
}

function ownFlaw(desired: Desired, ceiling: readonly RbacRule[], clusterRoles: ClusterRoles): Flaw | undefined {
  const right = exceedingRight(grants(desired), ceiling);
  if (right !== undefined) return beyond(right);
  return desired.flaw === undefined ? missingRole(desired, clusterRoles) : undefined;
}

/** The rights without which the API server writes nothing of the kind: a Role's own, `bind` for a ClusterRole. */
function grants(desired: Desired): readonly RbacRule[] {
  if (desired.kind === 'Role') return readRules(desired.content);
  const name = boundClusterRole(desired);
  if (name === undefined) return [];
  return [{ apiGroups: [RBAC_GROUP], resources: ['clusterroles'], resourceNames: [name], verbs: ['bind'] }];
}

function boundClusterRole({ kind, content }: Desired): string | undefined {
  const { role } = readBinding(kind === 'RoleBinding' ? content : {});
  return role.kind === 'ClusterRole' ? role.name : undefined;
}

function beyond(right: Right): Flaw {
  const remedy = `add ${sampleRule(right)} to a ClusterRole labelled ${GRANTABLE_LABEL}=true, or take it out of the policy`;
  const message = `grants what Parapet may not grant: ${describeRight(right)}; ${remedy}`;
  return { reason: 'BeyondGrantable', message, absent: true };
}

/** A rule to copy, as JSON, which is YAML as well. */
function sampleRule(right: Right): string {
  if ('url' in right) return JSON.stringify({ nonResourceURLs: [right.url], verbs: [right.verb] });
  const { verb, group, resource, name } = right;
  const named = name === undefined ? {} : { resourceNames: [name] };
  return JSON.stringify({ apiGroups: [group], resources: [resource], ...named, verbs: [verb] });
}

function waiting({ reason }: Flaw, { needs }: Desired): Flaw {
  return { reason, message: `waits for ${needs}`, absent: true };
}

/** With `bind` by name Kubernetes lets a binding stand that leads nowhere, and so do we: the ClusterRole may come. */
function missingRole(desired: Desired, clusterRoles: ClusterRoles): Flaw | undefined {
  const name = boundClusterRole(desired);
  if (name === undefined || clusterRoles.get(name) !== undefined) return undefined;
  return {
    reason: 'RoleMissing',
    message: `there is no ClusterRole ${name}: the binding grants nothing until there is; create it, or correct ${slotId(desired)} in the policy`,
  };
}
