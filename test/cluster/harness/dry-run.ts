import { collectionPath } from '../../../src/kube/resource-path.ts';
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
  const path = `${collectionPath(resource, object.metadata.namespace)}?fieldValidation=Strict&dryRun=All`;
  try {
    const stored = await admin.call<KubeObject>({ method: 'POST', path, body: object });
    return { code: 201, message: '', object: stored };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { code: error.status, message: error.message, object };
  }
}
