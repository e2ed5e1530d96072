import { createClient, type ClientOptions, type KubeClient } from '../../../src/kube/client.ts';
import { KubeConfig } from '@kubernetes/client-node';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import type { Reply } from '../../../src/kube/reply.ts';
import { collectionPath, objectPath } from '../../../src/kube/resource-path.ts';
import type { KubeObject, Resource } from '../../../src/slots/kube-object.ts';
import { CONFIG_MAPS, configMap } from './objects.ts';

export const NAMESPACES: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

export const SERVICE_ACCOUNTS: Resource = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};

interface TokenRequest extends KubeObject {
  readonly status: { readonly token: string };
}

/** A client as the operator has it, for one kubeconfig. */
export function clientFor(kubeconfig: string, options: Partial<ClientOptions> = {}): KubeClient {
  return createClient({ load: () => loadKubeConfig({ file: kubeconfig }), version: 'test', ...options });
}

/** A client that is a service account. */
export async function clientAs(kubeconfig: string, admin: KubeClient, account: string): Promise<KubeClient> {
  const [namespace = '', name = ''] = account.split('/');
  const path = objectPath(SERVICE_ACCOUNTS, namespace, name, 'token');
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { token } = (expectOk(await admin.request({ method: 'POST', path, body })) as TokenRequest).status;
  const cluster = loadKubeConfig({ file: kubeconfig }).getCurrentCluster();
  if (cluster === null) throw new Error(`no cluster in ${kubeconfig}`);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, { name: account, token });
  return createClient({ load: () => config, version: 'test' });
}

/** POST, and the object as the API server stored it. */
export async function create(client: KubeClient, resource: Resource, object: object): Promise<KubeObject> {
  const { metadata } = object as KubeObject;
  return expectOk(
    await client.request({ method: 'POST', path: collectionPath(resource, metadata.namespace), body: object }),
  );
}

export async function createNamespace(client: KubeClient, name: string): Promise<void> {
  await create(client, NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

export async function createMap(client: KubeClient, namespace: string, name: string): Promise<KubeObject> {
  const { apiVersion, kind } = configMap({});
  return create(client, CONFIG_MAPS, { apiVersion, kind, metadata: { name, namespace } });
}

/** A merge patch, as a user's edit. */
export async function edit(
  client: KubeClient,
  resource: Resource,
  { metadata }: KubeObject,
  change: object,
): Promise<KubeObject> {
  const path = objectPath(resource, metadata.namespace, metadata.name);
  const contentType = 'application/merge-patch+json';
  return expectOk(await client.request({ method: 'PATCH', path, contentType, body: change }));
}

export async function remove(client: KubeClient, resource: Resource, { metadata }: KubeObject): Promise<void> {
  const path = objectPath(resource, metadata.namespace, metadata.name);
  await client.request({ method: 'DELETE', path });
}

/** Waits until a condition holds; the error says which one didn't. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 20_000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function expectOk(reply: Reply): KubeObject {
  if (reply.status >= 300) throw new Error(`status ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body as KubeObject;
}
