import { postureResource } from '../../src/api/resources.ts';
import { collectionPath } from '../../src/kube/resource-path.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { wholeKinds } from '../../src/slots/object-kinds.ts';
import { list } from './world.ts';

/** An object that Parapet keeps, and what it takes to write it once more. */
export interface Kept {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  /** Where to POST. */
  readonly path: string;
  readonly body: string;
}

/** The kinds Parapet writes in bulk: the registry's and the report. */
export const KEPT_KINDS: readonly Resource[] = [...wholeKinds.map(({ resource }) => resource), postureResource];

/**
 * Everything Parapet keeps in namespaces whose names begin so, as its POSTs were: without what the server added. Kind by
 * kind in the registry's order, so that every Role comes long before its RoleBinding, which the API server would refuse
 * without.
 */
export async function leftBehind(client: KubeClient, prefix: string): Promise<readonly Kept[]> {
  const kept: Kept[] = [];
  for (const resource of KEPT_KINDS) {
    const objects = await list(client, collectionPath(resource));
    const ours = objects.filter((object) => isOurs(object) && object.metadata.namespace?.startsWith(prefix));
    kept.push(...ours.map((object) => keep(resource, object)));
  }
  return kept;
}

function isOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.['app.kubernetes.io/managed-by'] === 'parapet';
}

function keep(resource: Resource, object: KubeObject): Kept {
  const { status, ...content } = object;
  void status;
  const { name, namespace = '', labels, annotations } = object.metadata;
  const written = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const body = JSON.stringify({ ...content, ...written, metadata: { name, namespace, labels, annotations } });
  return { resource, namespace, name, path: collectionPath(resource, namespace), body };
}
