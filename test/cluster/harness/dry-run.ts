import { collectionPath, objectPath } from '../../../src/kube/resource-path.ts';
import type { KubeObject, Resource } from '../../../src/slots/kube-object.ts';
import { StatusError } from './api-client.ts';
import type { ApiClient } from './api-client.ts';

/** What the API server said to one object. */
export interface Answer {
  readonly code: number;
  /** Where it refused, else empty. */
  readonly message: string;
  /** As it would be stored; where it refused, only what was sent. */
  readonly object: KubeObject;
}

/** Has the API server look at an object as `kubectl create --dry-run=server --validate=strict` does. */
export async function dryRun(admin: ApiClient, resource: Resource, object: KubeObject): Promise<Answer> {
  const path = collectionPath(resource, object.metadata.namespace);
  return ask(admin, object, { method: 'POST', path, contentType: 'application/json' });
}

/** The same for a server-side apply by a manager of its own. */
export async function dryRunApply(admin: ApiClient, resource: Resource, object: KubeObject): Promise<Answer> {
  const path = objectPath(resource, object.metadata.namespace, object.metadata.name);
  return ask(admin, object, { method: 'PATCH', path, contentType: 'application/apply-patch+yaml' });
}

interface Asked {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly contentType: string;
}

async function ask(admin: ApiClient, object: KubeObject, { path, ...asked }: Asked): Promise<Answer> {
  const manager = asked.method === 'PATCH' ? '&fieldManager=dry-run&force=true' : '';
  const query = `?fieldValidation=Strict&dryRun=All${manager}`;
  try {
    const stored = await admin.call<KubeObject>({ ...asked, path: `${path}${query}`, body: object });
    return { code: asked.method === 'POST' ? 201 : 200, message: '', object: stored };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { code: error.status, message: error.message, object };
  }
}
