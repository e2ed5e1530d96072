import type { Policy } from '../api/policy.ts';
import type { Content } from '../slots/slot-kind.ts';
import { describeRight, exceedingRight } from '../widening/rights.ts';
import type { RbacRule, Right } from '../widening/rights.ts';
import { broadGrant, tellGrant } from './broad-grant.ts';
import { slotId } from './fold.ts';
import { Judged } from './judged.ts';
import { readBinding, readRules } from './read-stranger.ts';
import type { Binding, BoundSubject } from './read-stranger.ts';
import type { LiveObject, NamespaceSnapshot } from './snapshot.ts';
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
  const more = strict.length === 0 ? undefined : exceedingGrant(binding, role, posture);
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
  return rolesOf(snapshot).get(name) ?? wanted.get(slotId({ kind, name }))?.content;
}

/** Looked up by each of thousands of bindings. */
const rolesBySnapshot = new WeakMap<NamespaceSnapshot, ReadonlyMap<string, Content>>();

function rolesOf(snapshot: NamespaceSnapshot): ReadonlyMap<string, Content> {
  const known = rolesBySnapshot.get(snapshot);
  if (known !== undefined) return known;
  const found = [...snapshot.live, ...snapshot.others].filter(({ kind }) => kind === 'Role');
  const roles = new Map(found.map(({ name, content }) => [name, content]));
  rolesBySnapshot.set(snapshot, roles);
  return roles;
}

/**
 * Subject by subject, against the rules that the policies' own bindings grant exactly this subject. Those whom the same
 * bindings name are judged once: a tenant's binding may hold ten thousand subjects.
 */
function exceedingGrant(binding: Binding, role: Content, posture: JudgedPosture): string | undefined {
  const own = [...posture.wanted.values()]
    .filter(({ kind }) => kind === 'RoleBinding')
    .map(({ content }) => readBinding(content));
  const bindingsOf = Map.groupBy(
    own.flatMap(({ subjects }, index) => subjects.map((subject) => ({ index, key: keyOf(subject) }))),
    ({ key }) => key,
  );
  const alike = Map.groupBy(binding.subjects, (subject) =>
    (bindingsOf.get(keyOf(subject)) ?? []).map(({ index }) => index).join(),
  );
  for (const [subject] of alike.values()) {
    if (subject === undefined) continue;
    const naming = new Set((bindingsOf.get(keyOf(subject)) ?? []).map(({ index }) => index));
    const granted = own.filter((_, index) => naming.has(index)).flatMap((each) => ownRules(each, posture));
    const right = exceedings.verdict(role, JSON.stringify(granted), () => exceedingRight(readRules(role), granted));
    if (right !== undefined)
      return `${tellGrant({ ...binding, subjects: [subject] }, describeRight(right))}, beyond what policies grant it`;
  }
  return undefined;
}

const exceedings = new Judged<Right | undefined>();

/** What a policy wants the role to hold counts, not what somebody made of it. */
function ownRules(binding: Binding, posture: JudgedPosture): readonly RbacRule[] {
  const { kind, name } = binding.role;
  const content =
    kind === 'Role' ? posture.wanted.get(slotId(binding.role))?.content : posture.snapshot.clusterRoles.get(name);
  return content === undefined ? [] : readRules(content);
}

function keyOf({ kind, name, namespace }: BoundSubject): string {
  return JSON.stringify([kind, name, namespace]);
}

function namesOf(policies: readonly Policy[]): readonly string[] {
  return policies.map(({ name }) => name).toSorted();
}
