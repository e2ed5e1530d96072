import type { KubeClient } from '../../src/kube/client.ts';
import { call } from './admin.ts';

/** A fresh token of a ServiceAccount, `namespace/name`. Throws an ApiError where there is no such account. */
export async function serviceAccountToken(
  client: KubeClient,
  account: string,
  expirationSeconds = 3600,
): Promise<string> {
  const [namespace = '', name = ''] = account.split('/');
  const { status } = await call<{ status: { token: string } }>(client, {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } },
  });
  return status.token;
}
