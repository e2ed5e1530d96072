import { setTimeout as sleep } from 'node:timers/promises';
import { clusterSecurityPolicyCrd, namespacePostureCrd } from '../../src/api/crds.ts';
import { policyResource, postureResource } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { clientFor } from '../kube/support/cluster.ts';
import { startControlPlane } from '../kube/support/control-plane.ts';

/** What the API server said to one object. */
export interface Answer {
  readonly code: number;
  /** Of its Status where it refused, else empty. */
  readonly message: string;
  readonly body: KubeObject;
}

/** A real API server that knows Parapet's kinds. */
export interface PolicyServer {
  create(resource: Resource, object: object, options?: { readonly dryRun?: boolean }): Promise<Answer>;
  remove(resource: Resource, name: string, namespace?: string): Promise<Answer>;
  stop(): Promise<void>;
}

const CRDS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

/** Starts one, installs the CRDs and waits until they are served. Throws where a CRD is refused. */
export async function startPolicyServer(): Promise<PolicyServer> {
  const plane = await startControlPlane();
  const client = clientFor(plane.kubeconfig);
  const create: PolicyServer['create'] = (resource, object, { dryRun = false } = {}) => {
    const path = collectionPath(resource, (object as KubeObject).metadata.namespace);
    const query = { fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined };
    return answer(client, { method: 'POST', path, query, body: object });
  };
  for (const crd of [clusterSecurityPolicyCrd(), namespacePostureCrd()]) {
    const { code, message } = await create(CRDS, crd);
    if (code !== 201) throw new Error(`the CRD ${crd.metadata.name} was refused: ${message}`);
  }
  for (const resource of [policyResource, postureResource]) await served(client, resource);
  return {
    create,
    remove: (resource, name, namespace) =>
      answer(client, { method: 'DELETE', path: objectPath(resource, namespace, name) }),
    stop: async () => {
      await client.close();
      await plane.stop();
    },
  };
}

async function answer(client: KubeClient, call: Parameters<KubeClient['request']>[0]): Promise<Answer> {
  const { status, body } = await client.request(call);
  const message = (body as { readonly message?: unknown }).message;
  return { code: status, message: typeof message === 'string' ? message : '', body: body as KubeObject };
}

async function served(client: KubeClient, resource: Resource): Promise<void> {
  const path = collectionPath(resource);
  while ((await client.request({ method: 'GET', path })).status !== 200) await sleep(50);
}
