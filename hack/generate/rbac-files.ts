import { GRANTABLE_LABEL, GRANTABLE_ROLE } from '../../src/api/grantable.ts';
import { exceptionResource, policyResource, postureResource } from '../../src/api/resources.ts';
import { clusterRoleBindingResource, clusterRoleResource } from '../../src/controller/cluster-roles.ts';
import { LEASE, LEASE_NAME } from '../../src/kube/lease-record.ts';
import { DNS_SERVICES } from '../../src/kube/platform-facts.ts';
import { CILIUM_CONFIG } from '../../src/kube/platform-findings.ts';
import type { Resource } from '../../src/slots/kube-object.ts';
import { objectKinds } from '../../src/slots/object-kinds.ts';
import type { ObjectKind } from '../../src/slots/slot-kind.ts';
import { kustomization, yamlFile } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';
import { LABELS, NAME, NAMESPACE } from './operator-identity.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const GRANTABLE = { [GRANTABLE_LABEL]: 'true' };
const RBAC_GROUP = 'rbac.authorization.k8s.io';
const OPERATOR = { kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE };

/** What the operator does with objects that are its own; it reads them from its watches, so there is no get. */
const OWNER_VERBS = ['list', 'watch', 'create', 'patch', 'delete'];

/** `config/rbac/`: who the operator is and all that it may do. No wildcard, no escalate or impersonate, `bind` by name. */
export function rbacFiles(): readonly GeneratedFile[] {
  const files = [
    file('namespace', [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: LABELS } }]),
    file('service-account', [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE, labels: LABELS } },
    ]),
    file('cluster-role', [clusterRole(NAME, { rules: staticRules() }), clusterRoleBinding(NAME)]),
    file('grantable-cluster-role', [aggregatedRole(), clusterRoleBinding(GRANTABLE_ROLE)]),
    file('grantable-view', [grantableView()]),
    file('grantable-bind-view', [grantableBindView()]),
    file('view', [postureView()]),
    file('leases', localRole({ name: 'parapet-leases', namespace: NAMESPACE, rules: leaseRules() })),
    file('platform', [
      ...localRole({ name: 'parapet-platform', namespace: 'kube-system', rules: systemRules() }),
      ...localRole({ name: 'parapet-api-server', namespace: 'default', rules: apiServerRules() }),
    ]),
  ];
  return [...files, kustomization('config/rbac', files)];
}

function staticRules(): readonly Rule[] {
  return [
    ...objectKinds.map(ruleOf),
    // Patch is for the finalizer alone, which has no subresource of its own.
    rule(policyResource, ['list', 'watch', 'patch']),
    { apiGroups: [policyResource.group], resources: [`${policyResource.plural}/status`], verbs: ['patch'] },
    rule(exceptionResource, ['list', 'watch']),
    { apiGroups: [exceptionResource.group], resources: [`${exceptionResource.plural}/status`], verbs: ['patch'] },
    rule(postureResource, OWNER_VERBS),
    { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'watch'] },
    // What a binding grants is what its role holds.
    rule(clusterRoleResource, ['list', 'watch']),
    rule(clusterRoleBindingResource, ['list', 'watch']),
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
    // Whether what runs would violate an edit, read when there is one.
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ];
}

/** Fields of others' objects are patched where the object is, and never a reason to create or delete one. */
function ruleOf({ resource, fields }: ObjectKind): Rule {
  if (fields === undefined) return rule(resource, OWNER_VERBS);
  if (!resource.namespaced) return rule(resource, ['patch']);
  const named = fields.only === undefined ? {} : { resourceNames: [fields.only] };
  return { ...rule(resource, ['list', 'watch', 'patch']), ...named };
}

/** The election: the one Lease is created once, read and renewed. No name restricts `create`: a POST has none yet. */
function leaseRules(): readonly Rule[] {
  return [rule(LEASE, ['create']), { ...rule(LEASE, ['get', 'update']), resourceNames: [LEASE_NAME] }];
}

/**
 * Where pods ask for names, and whether Cilium matches nodes by address. `/version` and `/apis`, which tell the rest,
 * are anybody's to read.
 */
function systemRules(): readonly Rule[] {
  return [
    { apiGroups: [''], resources: ['services'], resourceNames: DNS_SERVICES, verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [CILIUM_CONFIG], verbs: ['get'] },
  ];
}

/** The addresses behind the API server; a watch of one object is granted by its name. */
function apiServerRules(): readonly Rule[] {
  return [
    {
      apiGroups: ['discovery.k8s.io'],
      resources: ['endpointslices'],
      resourceNames: ['kubernetes'],
      verbs: ['list', 'watch'],
    },
    // Its own address, where the operator runs outside the cluster and no environment tells it.
    { apiGroups: [''], resources: ['services'], resourceNames: ['kubernetes'], verbs: ['get'] },
  ];
}

/**
 * What policies may grant is what platform admins label: the operator holds the sum of it, so the API server itself
 * refuses a Role that goes beyond. `rules` is left out, since kube-controller-manager writes it.
 */
function aggregatedRole(): unknown {
  return clusterRole(GRANTABLE_ROLE, {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: GRANTABLE }] },
  });
}

/** Tenants read the report of their namespace with plain `view`, which `edit` and `admin` include. */
function postureView(): unknown {
  const rules = [rule(postureResource, ['get', 'list', 'watch'])];
  return clusterRole('parapet-view', { rules }, { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' });
}

/** A sample of what may be granted: enough to look at workloads. */
function grantableView(): unknown {
  const verbs = ['get', 'list', 'watch'];
  const rules = [
    { apiGroups: [''], resources: ['configmaps', 'events', 'pods', 'pods/log', 'services'], verbs },
    { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs },
    { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs },
  ];
  return clusterRole('parapet-grantable-view', { rules }, GRANTABLE);
}

/** A sample of a ClusterRole that may be bound as it is: Kubernetes' own `view`. */
function grantableBindView(): unknown {
  const rules = [{ apiGroups: [RBAC_GROUP], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] }];
  return clusterRole('parapet-grantable-bind-view', { rules }, GRANTABLE);
}

function rule({ group, plural }: Resource, verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources: [plural], verbs };
}

function clusterRole(
  name: string,
  members: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, string>> = {},
): unknown {
  const metadata = { name, labels: { ...LABELS, ...labels } };
  return { apiVersion: `${RBAC_GROUP}/v1`, kind: 'ClusterRole', metadata, ...members };
}

function clusterRoleBinding(name: string): unknown {
  return {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: LABELS },
    roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
    subjects: [OPERATOR],
  };
}

function localRole({
  name,
  namespace,
  rules,
}: {
  readonly name: string;
  readonly namespace: string;
  readonly rules: readonly Rule[];
}): readonly unknown[] {
  const metadata = { name, namespace, labels: LABELS };
  const apiVersion = `${RBAC_GROUP}/v1`;
  const roleRef = { apiGroup: RBAC_GROUP, kind: 'Role', name };
  return [
    { apiVersion, kind: 'Role', metadata, rules },
    { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects: [OPERATOR] },
  ];
}

function file(name: string, documents: readonly unknown[]): GeneratedFile {
  return yamlFile(`config/rbac/${name}.yaml`, documents);
}
