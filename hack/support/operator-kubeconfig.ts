import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { KubeClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { serviceAccountToken } from './service-account-token.ts';

/** Who the operator is, as audit logs name it. */
export const OPERATOR_USER = 'system:serviceaccount:parapet-system:parapet';

/** Where the admin's kubeconfig is, and where the operator's shall be. */
export interface OperatorKubeconfigOptions {
  readonly admin: string;
  readonly file: string;
}

/** Writes a kubeconfig with a token, for a day, of Parapet's own ServiceAccount: the operator never runs as admin. */
export async function writeOperatorKubeconfig(client: KubeClient, options: OperatorKubeconfigOptions): Promise<void> {
  const token = await serviceAccountToken(client, 'parapet-system/parapet', 24 * 3600);
  const cluster = loadKubeConfig({ file: options.admin }).getCurrentCluster();
  const named = 'parapet';
  const connection = { server: cluster?.server, ...authority(cluster) };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': named,
    contexts: [{ name: named, context: { cluster: named, user: named } }],
    clusters: [{ name: named, cluster: connection }],
    users: [{ name: named, user: { token } }],
  };
  await writeFile(options.file, stringify(kubeconfig), { mode: 0o600 });
}

function authority(cluster: ReturnType<ReturnType<typeof loadKubeConfig>['getCurrentCluster']>): object {
  if (cluster?.caData !== undefined) return { 'certificate-authority-data': cluster.caData };
  if (cluster?.caFile !== undefined) return { 'certificate-authority': cluster.caFile };
  return cluster?.skipTLSVerify ? { 'insecure-skip-tls-verify': true } : {};
}
