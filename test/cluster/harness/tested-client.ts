import { KubeConfig } from '@kubernetes/client-node';
import { call, clientFor } from '../../../hack/support/admin.ts';
import { serviceAccountToken } from '../../../hack/support/service-account-token.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import { collectionPath, objectPath } from '../../../src/kube/resource-path.ts';
import { namespaceResource } from '../../../src/slots/kube-object.ts';
import type { KubeObject, Resource } from '../../../src/slots/kube-object.ts';
import { CONFIG_MAPS, configMap } from '../../kube/support/objects.ts';

export const SERVICE_ACCOUNTS: Resource = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};

export const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

/** A client that is a service account, `namespace/name`. */
export async function clientAs(kubeconfig: string, admin: KubeClient, account: string): Promise<KubeClient> {
  const token = await serviceAccountToken(admin, account);
  const cluster = loadKubeConfig({ file: kubeconfig }).getCurrentCluster();
  if (cluster === null) throw new Error(`no cluster in ${kubeconfig}`);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, { name: account, token });
  return clientFor('', { load: () => config });
}

/** POST, and the object as the API server stored it. */
export async function create(client: KubeClient, resource: Resource, object: object): Promise<KubeObject> {
  const { metadata } = object as KubeObject;
  return call(client, { method: 'POST', path: collectionPath(resource, metadata.namespace), body: object });
}

export async function createNamespace(client: KubeClient, name: string): Promise<void> {
  await create(client, namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
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
  return call(client, { method: 'PATCH', path, contentType, body: change });
}

export async function remove(client: KubeClient, resource: Resource, { metadata }: KubeObject): Promise<void> {
  const path = objectPath(resource, metadata.namespace, metadata.name);
  await client.request({ method: 'DELETE', path });
}
