import type { KubeClient } from '../../src/kube/client.ts';
import { call } from './admin.ts';
import { kubectlOrThrow } from './kubectl.ts';
import { until } from './until.ts';

const CRDS = ['apply', '-f', 'crds/'];
const PERMISSIONS = ['apply', '-k', 'config/rbac'];
const FLOW_CONTROL = ['apply', '-k', 'config/flowcontrol'];

/** CRDs, RBAC and flow control, as kubectl is told. */
export const INSTALL_COMMANDS: readonly (readonly string[])[] = [CRDS, PERMISSIONS, FLOW_CONTROL];

/** Installs what Parapet needs and waits until the API server knows it. */
export async function install(kubeconfig: string, client: KubeClient): Promise<void> {
  for (const command of INSTALL_COMMANDS) await kubectlOrThrow(kubeconfig, command);
  await installed(client);
}

/** Installs the permissions alone, as where CRDs come another way, or later. */
export async function installPermissions(kubeconfig: string, client: KubeClient): Promise<void> {
  await kubectlOrThrow(kubeconfig, PERMISSIONS);
  await aggregated(client);
}

/** Resolves once the CRDs are served and kube-controller-manager has aggregated the grantable rules. */
export async function installed(client: KubeClient): Promise<void> {
  await until('the CRDs', () => served(client));
  await aggregated(client);
}

async function aggregated(client: KubeClient): Promise<void> {
  await until('the aggregated ClusterRole', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/parapet-grantable';
    const { rules } = await call<{ rules?: readonly unknown[] | null }>(client, { method: 'GET', path });
    return (rules ?? []).length > 0;
  });
}

async function served(client: KubeClient): Promise<boolean> {
  const resources = ['clustersecuritypolicies', 'namespacepostures'];
  const replies = await Promise.all(
    resources.map((plural) => client.request({ method: 'GET', path: `/apis/parapet.dev/v1alpha1/${plural}` })),
  );
  return replies.every(({ status }) => status === 200);
}
