import { role } from '../../../src/slots/role.ts';
import { FORBIDDEN_VERBS } from '../../../src/slots/role-schema.ts';
import type { Resource } from '../../../src/slots/kube-object.ts';
import { NOT_EXEMPT } from './exempt.ts';
import { celTexts } from './guard.ts';
import type { Guard, Validation } from './guard.ts';
import { askFor, holds } from './verbs.ts';

/** Namespaces in which nobody widens what roles allow: `true`. */
const GUARD_ROLES = 'parapet.dev/guard-roles';

/** ClusterRoles of every cluster that hold a wildcard, read Secrets or exec into pods. */
const BROAD_CLUSTER_ROLES = ['cluster-admin', 'admin', 'edit', 'system:aggregate-to-admin', 'system:aggregate-to-edit'];
/** Those of kube-controller-manager; the garbage collector's may delete everything. */
const BROAD_PREFIX = 'system:controller:';

const NEXT = `name exactly what is needed, or ask for a role in a ClusterSecurityPolicy; in an emergency ${askFor('break-glass')}`;
const VARIABLES = { breakGlass: holds('break-glass') };
const SELECTOR = { matchLabels: { [GUARD_ROLES]: 'true' } };

function resourceOf(kind: string): readonly Resource[] {
  return role.objects.map(({ resource }) => resource).filter((resource) => resource.kind === kind);
}

const LISTS = ['verbs', 'apiGroups', 'resources'].map((member) => `rule.?${member}.orValue([])`);
/** Objects named one by one are what least privilege looks like; the empty name is that of a list. */
const NARROWED = `rule.?resourceNames.orValue([]).size() > 0 && !('' in rule.resourceNames)`;

/** What makes a Role as good as no posture, with how it is told. */
const BROAD_RULES: readonly (readonly [told: string, rule: string])[] = [
  ['holds a wildcard', LISTS.map((list) => `${list}.exists(each, each.contains('*'))`).join(' || ')],
  ['holds escalate, bind or impersonate', `${LISTS[0]}.exists(verb, verb in ${celTexts(FORBIDDEN_VERBS)})`],
  ['reads Secrets', grants(['secrets'], ['get', 'list', 'watch'])],
  [
    'gets into running pods',
    `${grants(['pods/exec', 'pods/attach'], ['get', 'create'])} || ${grants(['pods/ephemeralcontainers'], ['update', 'patch'])}`,
  ],
];

function grants(resources: readonly string[], verbs: readonly string[]): string {
  const some = (list: string, wanted: readonly string[]): string =>
    `rule.?${list}.orValue([]).exists(each, each in ${celTexts(wanted)})`;
  return `(!(${NARROWED}) && ${some('apiGroups', [''])} && ${some('resources', resources)} && ${some('verbs', verbs)})`;
}

/** No Role in a guarded namespace may hold what Broad widening means. */
export const roleGuard: Guard = {
  name: 'role',
  resources: resourceOf('Role'),
  operations: ['CREATE', 'UPDATE'],
  when: { ...NOT_EXEMPT, 'rules-change': 'oldObject == null || object.?rules != oldObject.?rules' },
  variables: VARIABLES,
  validations: BROAD_RULES.map(([told, rule]): Validation => ({
    expression: `!object.?rules.orValue([]).exists(rule, ${rule}) || variables.breakGlass`,
    what: `'Role ' + object.metadata.name + ' in namespace ' + request.namespace + ' ${told}'`,
    next: NEXT,
  })),
  namespaceSelector: SELECTOR,
};

/** Of a RoleBinding only the name of its role is seen here; whoever is only taken from it may be. */
export const roleBindingGuard: Guard = {
  name: 'role-binding',
  resources: resourceOf('RoleBinding'),
  operations: ['CREATE', 'UPDATE'],
  when: {
    ...NOT_EXEMPT,
    'adds-somebody':
      'oldObject == null || !object.?subjects.orValue([]).all(each, each in oldObject.?subjects.orValue([]))',
  },
  variables: VARIABLES,
  validations: [
    {
      expression: `!(object.roleRef.kind == 'ClusterRole' && (object.roleRef.name in ${celTexts(BROAD_CLUSTER_ROLES)} || object.roleRef.name.startsWith('${BROAD_PREFIX}'))) || variables.breakGlass`,
      what: `'RoleBinding ' + object.metadata.name + ' in namespace ' + request.namespace + ' grants ClusterRole ' + object.roleRef.name + ', which is more than a guarded namespace allows'`,
      next: NEXT,
    },
  ],
  namespaceSelector: SELECTOR,
};
