import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { ApiClient } from './api-client.ts';
import { readAuditLog } from './audit-log.ts';
import type { AuditEntry } from './audit-log.ts';
import { sharedControlPlane, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { fixture, kubectl } from './kubectl.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorOptions, OperatorProcess } from './operator-process.ts';
import { until } from './until.ts';

const POLICIES = { apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy' };
const POSTURES = { apiVersion: 'parapet.dev/v1alpha1', kind: 'NamespacePosture' };

const GRANTABLE = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'parapet-grantable' };

/** The user the operator is, in audit logs and in RBAC. */
export const OPERATOR_USER = 'system:serviceaccount:parapet-system:parapet';

/** A control plane with Parapet's CRDs and permissions installed, and an admin's client. */
export interface Cluster {
  readonly controlPlane: ControlPlane;
  readonly admin: ApiClient;
  /** As admin; resolves with stdout. */
  kubectl(args: readonly string[], stdin?: string): Promise<string>;
  /** Applies a file of `fixtures/`. */
  applyFixture(name: string): Promise<string>;
  /** A kubeconfig of the ServiceAccount that the operator runs as, with what config/rbac grants and no more. */
  operatorKubeconfig(): Promise<string>;
  /** `parapet run` as a child process under that ServiceAccount. Ended after the tests if the test doesn't. */
  startOperator(options?: OperatorOptions): Promise<OperatorProcess>;
  /** What a user asked of the API server so far; everybody where none is named. Needs `--audit-log`. */
  auditLog(user?: string): Promise<readonly AuditEntry[]>;
  /** Marks this moment: what the result returns is what the operator asked since. */
  operatorRequests(): Promise<() => Promise<readonly AuditEntry[]>>;
  /** Creates a namespace whose name no other test has, and returns its name. */
  createNamespace(labels?: Readonly<Record<string, string>>): Promise<string>;
}

let shared: Promise<Cluster> | undefined;

/** The cluster that suites share. Policies and namespaces are theirs: select by a label no other suite uses. */
export function sharedCluster(): Promise<Cluster> {
  shared ??= sharedControlPlane().then((controlPlane) => installed(controlPlane));
  return shared;
}

/**
 * A cluster of one's own; stop its control plane.
 * @public for suites that restart it or need other flags
 */
export async function startCluster(...flags: readonly string[]): Promise<Cluster> {
  return installed(await startControlPlane(...flags));
}

/** A name no other test has: `web-1f3a9c`. */
export function uniqueName(prefix = 'ns'): string {
  return `${prefix}-${randomBytes(3).toString('hex')}`;
}

/** A control plane with Parapet on it: all it needs, or only these directories of manifests. */
export async function installed(
  controlPlane: ControlPlane,
  manifests: readonly string[] = ['crds', 'config/rbac'],
): Promise<Cluster> {
  const { kubeconfig, dir } = controlPlane;
  const admin = new ApiClient(kubeconfig);
  const run: Cluster['kubectl'] = (args, stdin) =>
    kubectl(args, { kubeconfig, ...(stdin === undefined ? {} : { stdin }) });
  for (const directory of manifests) await run(['apply', '-k', directory]);
  // A new CRD's storage answers 429 for a moment, and kube-controller-manager fills an aggregated ClusterRole in a while.
  if (manifests.includes('crds')) {
    await until('the CRDs are served', async () => [await admin.list(POLICIES), await admin.list(POSTURES)]);
  }
  await until('the aggregated ClusterRole is filled', async () => {
    const { rules } = await admin.read(GRANTABLE);
    return Array.isArray(rules) && rules.length > 0;
  });
  const operatorKubeconfig = (): Promise<string> => writeOperatorKubeconfig(controlPlane, run);
  return {
    controlPlane,
    admin,
    kubectl: run,
    applyFixture: (name) => run(['apply', '-f', fixture(name)]),
    operatorKubeconfig,
    startOperator: async (options = {}) =>
      startOperator({ ...options, kubeconfig: options.kubeconfig ?? (await operatorKubeconfig()) }),
    auditLog: (user) => readAuditLog(join(dir, 'audit.log'), user),
    operatorRequests: async () => {
      const file = join(dir, 'audit.log');
      const { size } = await stat(file);
      return () => readAuditLog(file, OPERATOR_USER, size);
    },
    createNamespace: (labels = {}) => createNamespace(admin, labels),
  };
}

async function createNamespace(admin: ApiClient, labels: Readonly<Record<string, string>>): Promise<string> {
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: uniqueName(), labels } };
  return (await admin.create(namespace)).metadata.name;
}

async function writeOperatorKubeconfig(controlPlane: ControlPlane, run: Cluster['kubectl']): Promise<string> {
  const token = await run(['create', 'token', 'parapet', '--namespace', 'parapet-system', '--duration', '24h']);
  const config = parse(await readFile(controlPlane.kubeconfig, 'utf8')) as { users: { user: unknown }[] };
  const users = config.users.map((entry) => ({ ...entry, user: { token: token.trim() } }));
  const file = join(controlPlane.dir, 'operator.kubeconfig');
  await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
