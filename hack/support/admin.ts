import { ApiError } from '../../src/errors.ts';
import { createClient } from '../../src/kube/client.ts';
import type { Call, ClientOptions, KubeClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { statusMessage } from '../../src/kube/reply.ts';

/** A client, as the operator has it, for whoever the kubeconfig names. */
export function clientFor(kubeconfig: string, options: Partial<ClientOptions> = {}): KubeClient {
  return createClient({ load: () => loadKubeConfig({ file: kubeconfig }), version: 'hack', ...options });
}

/** One call that has to succeed; gives the reply's body. Throws an ApiError otherwise. */
export async function call<T>(client: KubeClient, request: Call): Promise<T> {
  const { status, body } = await client.request(request);
  if (status >= 300) {
    throw new ApiError(status, `${request.method} ${request.path}: ${statusMessage(status, body)}`);
  }
  return body as T;
}
