import type { ControlPlane } from '../../../hack/support/control-plane.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { ApiClient, StatusError } from './api-client.ts';
import { auditedControlPlane } from './audited-control-plane.ts';
import { installed } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { until } from './until.ts';

/** A cluster of its own with every guard of config/admission in force, since they would refuse what other suites do. */
export interface GuardedCluster extends Cluster {
  /** May do all that concerns Parapet and its kinds, as far as permissions go, but holds none of the guards' verbs. */
  readonly gitops: ApiClient;
  /** The same, with the verbs. */
  readonly holder: (verb: (typeof VERBS)[number]) => ApiClient;
  /** A client that acts as a user. */
  readonly as: (user: string) => ApiClient;
  /** Gives a user the rights of `gitops`. */
  readonly permit: (user: string) => Promise<void>;
  /** Binds a user to a ClusterRole. */
  readonly bind: (clusterRole: string, user: string) => Promise<void>;
}

const RBAC = 'rbac.authorization.k8s.io';
const COMPONENTS = ['config/admission', 'config/admission/tamper', 'config/admission/widening'];
const VERBS = ['grant', 'relabel', 'except', 'break-glass'] as const;

/** What each guard refuses: who sees all of them refused knows that all are in force. */
const REFUSED: Readonly<Record<string, KubeObject>> = {
  grant: policyWithRoles('probe'),
  relabel: {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'probe', labels: { 'parapet.dev/size': 'large' } },
  },
  except: securityException('probe'),
  tamper: networkPolicyNamed('parapet-probe', { podSelector: {} }),
  network: networkPolicyNamed('probe', { podSelector: {}, ingress: [{}] }),
  role: {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: 'probe', namespace: 'guarded' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  },
  'role-binding': {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'probe', namespace: 'guarded' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'edit' },
    subjects: [],
  },
};

let controlPlane: ControlPlane | undefined;
let guarded: Promise<GuardedCluster> | undefined;

/** Started with the first who asks, stopped after the last test. */
export function guardedCluster(): Promise<GuardedCluster> {
  guarded ??= start();
  return guarded;
}

after(async function () {
  this.timeout(30_000);
  await controlPlane?.stop();
});

/** @returns undefined where the server would take it, else the message of its refusal */
export async function refusal(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError && error.status === 403) return error.message;
    throw error;
  }
}

/** A policy that hands out a right to read pods. */
export function policyWithRoles(name: string): KubeObject {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const roles = [{ name: 'viewer', rules, subjects: [{ kind: 'Group', name: 'team' }] }];
  const spec = { mode: 'Enforce', namespaceSelector: { matchLabels: { guards: name } }, roles };
  return { apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy', metadata: { name }, spec };
}

/** An exception for an hour. */
export function securityException(name: string, members: object = { effect: 'Ignore' }): KubeObject {
  const spec = {
    policyNames: ['baseline'],
    namespaceSelector: {},
    owner: 'team-a',
    reason: 'a test',
    expirationTime: new Date(Date.now() + 3_600_000).toISOString(),
    ...members,
  };
  return { apiVersion: 'parapet.dev/v1alpha1', kind: 'SecurityException', metadata: { name }, spec };
}

function networkPolicyNamed(name: string, spec: object): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'guarded' }, spec };
}

async function start(): Promise<GuardedCluster> {
  controlPlane = await auditedControlPlane();
  const cluster = await installed(controlPlane);
  const labels = { 'parapet.dev/guard-network': 'All', 'parapet.dev/guard-roles': 'true' };
  await cluster.admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'guarded', labels } });
  for (const component of COMPONENTS) await cluster.kubectl(['apply', '-k', component]);
  for (const user of ['gitops', ...VERBS]) await permit(cluster.admin, user);
  for (const verb of VERBS) await bind(cluster.admin, `parapet-${verb}`, verb);
  const as = (user: string): ApiClient => new ApiClient(cluster.controlPlane.kubeconfig, user);
  const gitops = as('gitops');
  for (const [guard, object] of Object.entries(REFUSED)) await inForce(gitops, guard, object);
  return {
    ...cluster,
    gitops,
    holder: as,
    as,
    permit: (user) => permit(cluster.admin, user),
    bind: (name, user) => bind(cluster.admin, name, user),
  };
}

/** A guard takes effect some time after it is written. */
async function inForce(client: ApiClient, guard: string, object: KubeObject): Promise<void> {
  await until(`${guard}.parapet.dev to refuse`, async () => {
    const message = await refusal(() => client.tryCreate(object));
    return message?.includes(`'${guard}.parapet.dev'`);
  });
}

/** Rights as generous as can be without a wildcard, which would hold the guards' verbs as well. */
async function permit(admin: ApiClient, user: string): Promise<void> {
  const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
  const core = [
    'namespaces',
    'namespaces/status',
    'namespaces/finalize',
    'resourcequotas',
    'limitranges',
    'configmaps',
  ];
  const parapet = ['clustersecuritypolicies', 'clustersecuritypolicies/status', 'namespacepostures'];
  const rules = [
    { apiGroups: [''], resources: core, verbs },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs },
    { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs },
    { apiGroups: [RBAC], resources: ['roles', 'clusterroles'], verbs: ['escalate', 'bind'] },
    { apiGroups: ['parapet.dev'], resources: [...parapet, 'securityexceptions', 'securityexceptions/status'], verbs },
  ];
  const metadata = { name: `rights-of-${user}` };
  await admin.create({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules });
  await bind(admin, metadata.name, user);
}

async function bind(admin: ApiClient, name: string, user: string): Promise<void> {
  await admin.create({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: `${name}-${user}` },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  });
}
