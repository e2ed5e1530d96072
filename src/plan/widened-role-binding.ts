import type { Policy } from '../api/policy.ts';
import type { Content } from '../slots/slot-kind.ts';
import { describeRight, exceedingRight } from '../widening/rights.ts';
import type { RbacRule } from '../widening/rights.ts';
import { broadGrant, tellGrant } from './broad-grant.ts';
import { slotId } from './fold.ts';
import { readBinding, readRules } from './read-stranger.ts';
import type { Binding, BoundSubject } from './read-stranger.ts';
import type { LiveObject } from './snapshot.ts';
import type { JudgedPosture, Widening } from './widened.ts';

const REMEDY = 'bind a narrower role or remove it';

/** What a RoleBinding grants that is too much, by its role as it is now. One without subjects grants nothing. */
export function widenedByBinding({ content }: LiveObject, posture: JudgedPosture): Widening | undefined {
  const binding = readBinding(content);
  const minding = posture.policies.filter(({ widening }) => widening.roleBindings !== 'Ignore');
  if (binding.subjects.length === 0 || minding.length === 0) return undefined;
  const role = roleOf(binding, posture);
  if (role === undefined) return unresolvable(binding, minding);
  const broad = broadGrant(role, 'namespace');
  if (broad !== undefined) {
    return { reason: broad.reason, opens: tellGrant(binding, broad.right), remedy: REMEDY, policies: namesOf(minding) };
  }
  const strict = minding.filter(({ widening }) => widening.roleBindings === 'Any');
  const more = strict.length === 0 ? undefined : exceedingGrant(binding, readRules(role), posture);
  if (more === undefined) return undefined;
  return { reason: 'GrantsMore', opens: more, remedy: REMEDY, policies: namesOf(strict) };
}

/** It grants nothing as long as there is no such role, and whatever the role will hold from then on. */
function unresolvable(binding: Binding, minding: readonly Policy[]): Widening {
  const { kind, name } = binding.role;
  const opens = `binds ${kind}/${name}, which is not to be found: what it grants is unknown`;
  return {
    reason: 'RoleUnknown',
    opens,
    remedy: 'create the role or remove the binding',
    policies: namesOf(minding),
    unknown: true,
  };
}

/** The role's content: of the namespace, wanted or there, or of the cluster. */
function roleOf({ role: { kind, name } }: Binding, { wanted, snapshot }: JudgedPosture): Content | undefined {
  if (kind === 'ClusterRole') return snapshot.clusterRoles.get(name);
  if (kind !== 'Role') return undefined;
  const isIt = (object: LiveObject): boolean => object.kind === kind && object.name === name;
  const found = snapshot.others.find(isIt) ?? snapshot.live.find(isIt);
  return found?.content ?? wanted.get(slotId({ kind, name }))?.content;
}

/** Subject by subject, against the rules that the policies' own bindings grant exactly this subject. */
function exceedingGrant(binding: Binding, rules: readonly RbacRule[], posture: JudgedPosture): string | undefined {
  const own = [...posture.wanted.values()]
    .filter(({ kind }) => kind === 'RoleBinding')
    .map(({ content }) => readBinding(content));
  for (const subject of binding.subjects) {
    const granted = own
      .filter(({ subjects }) => subjects.some((each) => isSame(each, subject)))
      .flatMap((each) => ownRules(each, posture));
    const right = exceedingRight(rules, granted);
    if (right !== undefined)
      return `${tellGrant({ ...binding, subjects: [subject] }, describeRight(right))}, beyond what policies grant it`;
  }
  return undefined;
}

/** What a policy wants the role to hold counts, not what somebody made of it. */
function ownRules(binding: Binding, posture: JudgedPosture): readonly RbacRule[] {
  const { kind, name } = binding.role;
  const content =
    kind === 'Role' ? posture.wanted.get(slotId(binding.role))?.content : posture.snapshot.clusterRoles.get(name);
  return content === undefined ? [] : readRules(content);
}

function isSame(a: BoundSubject, b: BoundSubject): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

function namesOf(policies: readonly Policy[]): readonly string[] {
  return policies.map(({ name }) => name).toSorted();
}
