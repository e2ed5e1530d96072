import { isDnsSubdomain } from '../semantics/names.ts';
import { asList, asObject, asSet, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Proposal } from './highest-priority.ts';
import type { Json } from './kube-object.ts';
import { duplicateProblems } from './problems.ts';
import {
  FORBIDDEN_SUBJECTS,
  FORBIDDEN_SUBJECT_PREFIX,
  FORBIDDEN_VERBS,
  NAMED_ONCE,
  ONLY_GROUPS,
  RESERVED_PREFIX,
  RULES_OR_CLUSTER_ROLE,
  RULES_REQUIRED,
  rolesSchema,
} from './role-schema.ts';
import type { PolicyRule, RoleEntry, RolesBlock, Subject } from './role-schema.ts';
import { resolveSubjects } from './role-subjects.ts';
import type { Desired, FoldContext, ObjectKind, Problem, SlotKind } from './slot-kind.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

const roleObject: ObjectKind = {
  resource: { group: RBAC_GROUP, version: 'v1', plural: 'roles', kind: 'Role', namespaced: true },
  members: ['rules'],
  normalize: (object) => canonical({ rules: asList(object['rules']).map(normalizeRule) }),
  order: () => 50,
};

const roleBindingObject: ObjectKind = {
  resource: { group: RBAC_GROUP, version: 'v1', plural: 'rolebindings', kind: 'RoleBinding', namespaced: true },
  members: ['roleRef', 'subjects'],
  normalize: (object) =>
    canonical({
      roleRef: { ...asObject(object['roleRef']), apiGroup: asObject(object['roleRef'])['apiGroup'] || RBAC_GROUP },
      subjects: asList(object['subjects']).map(normalizeSubject).toSorted(bySpelling),
    }),
  needsRecreate: (live, desired) => JSON.stringify(live['roleRef']) !== JSON.stringify(desired['roleRef']),
  order: () => 60,
};

/**
 * A RoleBinding per name, to a Role of its own or to an existing ClusterRole; the Role stands before its binding and
 * goes after it.
 */
export const role: SlotKind<RolesBlock> = {
  field: 'roles',
  schema: rolesSchema,
  objects: [roleObject, roleBindingObject],
  validate: (roles) => [
    ...duplicateProblems(roles, 'name', ''),
    ...roles.flatMap((entry, index) => entryProblems(entry, `[${index}]`)),
  ],
  fold: (claims, context) =>
    withoutUnbound(highestPriority(claims, (roles) => roles.flatMap((entry) => propose(entry, context)))),
};

function propose(entry: RoleEntry, context: FoldContext): readonly Proposal[] {
  const name = `parapet-${entry.name}`;
  const { rules, clusterRole } = entry;
  const { subjects, flaw } = resolveSubjects(entry, context);
  const roleRef = { apiGroup: RBAC_GROUP, kind: clusterRole === undefined ? 'Role' : 'ClusterRole' };
  const binding: Proposal = {
    kind: 'RoleBinding',
    name,
    content: roleBindingObject.normalize({ roleRef: { ...roleRef, name: clusterRole ?? name }, subjects }),
    ...(flaw === undefined ? {} : { flaw }),
  };
  if (clusterRole !== undefined) return [binding];
  return [
    { kind: 'Role', name, content: roleObject.normalize({ rules }) },
    { ...binding, needs: `Role/${name}` },
  ];
}

/** A name goes to one winner as a whole: a Role has no place beside a higher policy's binding to a ClusterRole. */
function withoutUnbound(desired: readonly Desired[]): readonly Desired[] {
  const needed = new Set(desired.map(({ needs }) => needs));
  return desired.filter(({ kind, name }) => kind !== 'Role' || needed.has(`Role/${name}`));
}

const RULE_SETS = ['apiGroups', 'resources', 'resourceNames', 'verbs', 'nonResourceURLs'] as const;

function normalizeRule(rule: Json): Json {
  const members = asObject(rule);
  return canonical({ ...members, ...Object.fromEntries(RULE_SETS.map((name) => [name, asSet(members[name])])) });
}

/** SetDefaults_Subject of Kubernetes' rbac/v1; a service account's empty group is left out when printed. */
function normalizeSubject(subject: Json): Json {
  const { apiGroup, ...members } = asObject(subject);
  const implied = members['kind'] === 'User' || members['kind'] === 'Group' ? RBAC_GROUP : null;
  return canonical({ ...members, apiGroup: apiGroup || implied });
}

function bySpelling(a: Json, b: Json): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function entryProblems({ rules, clusterRole, subjects }: RoleEntry, path: string): readonly Problem[] {
  const both = rules !== undefined && clusterRole !== undefined;
  return [
    ...(rules === undefined && clusterRole === undefined ? [{ path: `${path}.rules`, message: RULES_REQUIRED }] : []),
    ...(both ? [{ path: `${path}.clusterRole`, message: RULES_OR_CLUSTER_ROLE }] : []),
    ...(rules ?? []).flatMap((rule, at) => ruleProblems(rule, `${path}.rules[${at}]`)),
    ...subjects.flatMap((subject, at) => subjectProblems(subject, `${path}.subjects[${at}]`)),
  ];
}

function ruleProblems(rule: PolicyRule, path: string): readonly Problem[] {
  const wildcards = (['apiGroups', 'resources', 'verbs'] as const).flatMap((member) =>
    rule[member].flatMap((text, index) =>
      text.includes('*')
        ? [{ path: `${path}.${member}[${index}]`, message: 'wildcards are not allowed: name what is granted' }]
        : [],
    ),
  );
  const verbs = rule.verbs.flatMap((verb, index) =>
    (FORBIDDEN_VERBS as readonly string[]).includes(verb)
      ? [{ path: `${path}.verbs[${index}]`, message: `the verb ${verb} is not allowed` }]
      : [],
  );
  return [...wildcards, ...verbs];
}

function subjectProblems(subject: Subject, path: string): readonly Problem[] {
  const { kind, name, namespace, nameFrom } = subject;
  return [
    ...((name === undefined) === (nameFrom === undefined) ? [{ path: `${path}.name`, message: NAMED_ONCE }] : []),
    ...(name === undefined ? [] : nameProblems(kind, name, `${path}.name`)),
    ...(nameFrom !== undefined && kind !== 'Group' ? [{ path: `${path}.nameFrom`, message: ONLY_GROUPS }] : []),
    ...(nameFrom?.prefix.startsWith(RESERVED_PREFIX)
      ? [{ path: `${path}.nameFrom.prefix`, message: `must not begin with ${RESERVED_PREFIX}` }]
      : []),
    ...(kind !== 'ServiceAccount' && namespace !== undefined
      ? [{ path: `${path}.namespace`, message: 'only a ServiceAccount has a namespace' }]
      : []),
  ];
}

function nameProblems(kind: Subject['kind'], name: string, path: string): readonly Problem[] {
  const forbidden =
    (FORBIDDEN_SUBJECTS as readonly string[]).includes(name) || name.startsWith(FORBIDDEN_SUBJECT_PREFIX);
  const misnamed = kind === 'ServiceAccount' && !isDnsSubdomain(name);
  return [
    ...(forbidden ? [{ path, message: `${name} stands for everyone or for administrators` }] : []),
    ...(misnamed ? [{ path, message: `"${name}" cannot be a service account's name` }] : []),
  ];
}
