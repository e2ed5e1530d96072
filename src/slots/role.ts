import { isDnsSubdomain } from '../semantics/names.ts';
import { asList, asObject, asSet, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Proposal } from './highest-priority.ts';
import type { Json } from './kube-object.ts';
import { duplicateProblems } from './problems.ts';
import { FORBIDDEN_SUBJECTS, FORBIDDEN_SUBJECT_PREFIX, FORBIDDEN_VERBS, rolesSchema } from './role-schema.ts';
import type { PolicyRule, RolesBlock, Subject } from './role-schema.ts';
import type { ObjectKind, Problem, SlotKind } from './slot-kind.ts';

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

/** A Role and the RoleBinding that grants it, per name; the Role stands before its binding and goes after it. */
export const role: SlotKind<RolesBlock> = {
  field: 'roles',
  schema: rolesSchema,
  objects: [roleObject, roleBindingObject],
  validate: (roles) => [
    ...duplicateProblems(roles, 'name', ''),
    ...roles.flatMap(({ rules }, index) => rules.flatMap((rule, at) => ruleProblems(rule, `[${index}].rules[${at}]`))),
    ...roles.flatMap(({ subjects }, index) =>
      subjects.flatMap((subject, at) => subjectProblems(subject, `[${index}].subjects[${at}]`)),
    ),
  ],
  fold: (claims, { namespace }) =>
    highestPriority(claims, (roles) => roles.flatMap((entry) => propose(entry, namespace.name))),
};

/** A service account without a namespace is one of the bound namespace: one policy serves every team. */
function propose({ name, rules, subjects }: RolesBlock[number], namespace: string): readonly Proposal[] {
  const objectName = `parapet-${name}`;
  const resolved = subjects.map((subject) => (subject.kind === 'ServiceAccount' ? { namespace, ...subject } : subject));
  const roleRef = { apiGroup: RBAC_GROUP, kind: 'Role', name: objectName };
  return [
    { kind: 'Role', name: objectName, content: roleObject.normalize({ rules }) },
    {
      kind: 'RoleBinding',
      name: objectName,
      content: roleBindingObject.normalize({ roleRef, subjects: resolved }),
      needs: `Role/${objectName}`,
    },
  ];
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

function subjectProblems({ kind, name, namespace }: Subject, path: string): readonly Problem[] {
  const forbidden =
    (FORBIDDEN_SUBJECTS as readonly string[]).includes(name) || name.startsWith(FORBIDDEN_SUBJECT_PREFIX);
  const misnamed = kind === 'ServiceAccount' && !isDnsSubdomain(name);
  return [
    ...(forbidden ? [{ path: `${path}.name`, message: `${name} stands for everyone or for administrators` }] : []),
    ...(misnamed ? [{ path: `${path}.name`, message: `"${name}" cannot be a service account's name` }] : []),
    ...(kind !== 'ServiceAccount' && namespace !== undefined
      ? [{ path: `${path}.namespace`, message: 'only a ServiceAccount has a namespace' }]
      : []),
  ];
}
