import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { clientFor } from '../../../hack/support/admin.ts';
import { readAuditLog } from '../../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../../hack/support/audit-log.ts';
import type { ControlPlane } from '../../../hack/support/control-plane.ts';
import { install } from '../../../hack/support/install.ts';
import { kubectlOrThrow } from '../../../hack/support/kubectl.ts';
import { OPERATOR_USER, writeOperatorKubeconfig } from '../../../hack/support/operator-kubeconfig.ts';
import type { OperatorOptions, OperatorProcess } from '../../../hack/support/operator-process.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { ApiClient } from './api-client.ts';
import { attendedOperator } from './attended-operator.ts';
import { auditedControlPlane } from './audited-control-plane.ts';
import { sharedControlPlane } from './shared-control-plane.ts';

/** A control plane with Parapet's CRDs and permissions installed, and an admin's client. */
export interface Cluster {
  readonly controlPlane: ControlPlane;
  readonly admin: ApiClient;
  /** As admin; resolves with stdout. */
  kubectl(args: readonly string[]): Promise<string>;
  /** Applies a file of `fixtures/`. */
  applyFixture(name: string): Promise<string>;
  /** A kubeconfig of the ServiceAccount that the operator runs as, with what config/rbac grants and no more. */
  operatorKubeconfig(): Promise<string>;
  /** `parapet run` as a child process under that ServiceAccount. Ended after the tests if the test doesn't. */
  startOperator(options?: Partial<OperatorOptions>): Promise<OperatorProcess>;
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
  return installed(await auditedControlPlane(flags));
}

/** A name no other test has: `web-1f3a9c`. */
export function uniqueName(prefix = 'ns'): string {
  return `${prefix}-${randomBytes(3).toString('hex')}`;
}

/** A control plane with Parapet on it: all it needs, or only its permissions. */
export async function installed(controlPlane: ControlPlane, installing = install): Promise<Cluster> {
  const { kubeconfig, dir, auditLog } = controlPlane;
  await asAdmin(kubeconfig, (client) => installing(kubeconfig, client));
  const admin = new ApiClient(kubeconfig);
  const operatorKubeconfig = async (): Promise<string> => {
    const file = join(dir, 'operator.kubeconfig');
    await asAdmin(kubeconfig, (client) => writeOperatorKubeconfig(client, { admin: kubeconfig, file }));
    return file;
  };
  const kubectl: Cluster['kubectl'] = (args) => kubectlOrThrow(kubeconfig, args);
  return {
    controlPlane,
    admin,
    kubectl,
    applyFixture: (name) => kubectl(['apply', '-f', join(import.meta.dirname, `../fixtures/${name}.yaml`)]),
    operatorKubeconfig,
    startOperator: async (options = {}) =>
      attendedOperator({ ...options, kubeconfig: options.kubeconfig ?? (await operatorKubeconfig()) }),
    auditLog: (user) => readAuditLog(auditLog, user),
    operatorRequests: async () => {
      const { size } = await stat(auditLog);
      return () => readAuditLog(auditLog, OPERATOR_USER, size);
    },
    createNamespace: (labels = {}) => createNamespace(admin, labels),
  };
}

async function asAdmin<T>(kubeconfig: string, act: (client: KubeClient) => Promise<T>): Promise<T> {
  const client = clientFor(kubeconfig);
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

async function createNamespace(admin: ApiClient, labels: Readonly<Record<string, string>>): Promise<string> {
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: uniqueName(), labels } };
  return (await admin.create(namespace)).metadata.name;
}
