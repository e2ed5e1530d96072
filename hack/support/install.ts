import type { KubeClient } from '../../src/kube/client.ts';
import { call } from './admin.ts';
import { kubectlOrThrow } from './kubectl.ts';
import { until } from './until.ts';

/** CRDs and RBAC, as kubectl is told; the first words of a printed command. */
export const INSTALL_COMMANDS: readonly (readonly string[])[] = [
  ['apply', '-f', 'crds/'],
  ['apply', '-k', 'config/rbac'],
];

/** Installs what Parapet needs and waits until the API server knows it. */
export async function install(kubeconfig: string, client: KubeClient): Promise<void> {
  for (const command of INSTALL_COMMANDS) await kubectlOrThrow(kubeconfig, command);
  await installed(client);
}

/** Resolves once the CRDs are served and kube-controller-manager has aggregated the grantable rules. */
export async function installed(client: KubeClient): Promise<void> {
  await until('the CRDs', () => served(client));
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
