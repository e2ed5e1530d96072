import { TransportError } from '../errors.ts';
import type { Change, PatchOperation, Versioned } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Json, KubeObject, Resource } from '../slots/kube-object.ts';
import { classify, type WriteMethod } from './classify.ts';
import type { Call, KubeClient } from './client.ts';
import { collectionPath, objectPath } from './resource-path.ts';

const FIELD_MANAGER = { fieldManager: 'parapet' };
const JSON_PATCH = 'application/json-patch+json';
// JSON is YAML.
const APPLY_PATCH = 'application/apply-patch+yaml';

/** How a write is sent: until when it matters, and whether it goes before others. */
export type Sending = Pick<Call, 'signal' | 'priority'>;

/** Which object a write is about, at which version it was looked at. */
export type Target = Omit<Versioned, 'order'>;

/**
 * Carries out one change. Never rejects for what the API server or the network does: that is the Outcome.
 *
 * Creating is create-only, and everything else names the uid and version it was decided on: there is no fencing, so a
 * write of a leader that no longer is one must fail by itself.
 */
export async function applyChange(client: KubeClient, change: Change, sending: Sending = {}): Promise<Outcome> {
  switch (change.action) {
    case 'create':
      return create(client, change.resource, change.object, sending);
    case 'patch':
      return patchObject(client, change, change.operations, sending);
    case 'apply':
      return applyFields(client, change, change.object, sending);
    case 'delete':
      return deleteObject(client, change, sending);
    case 'recreate': {
      const outcome = await deleteObject(client, change, sending);
      return outcome.result === 'done' ? create(client, change.resource, change.object, sending) : outcome;
    }
  }
}

/** A JSON Patch on one exact version of an object. */
export async function patchObject(
  client: KubeClient,
  target: Target,
  operations: readonly PatchOperation[],
  sending: Sending = {},
): Promise<Outcome> {
  const { resource, namespace, name } = target;
  const path = objectPath(resource, namespace, name);
  const body = [...preconditions(target), ...operations];
  return write(client, { method: 'PATCH', path, query: FIELD_MANAGER, contentType: JSON_PATCH, body, ...sending });
}

/** Replaces the status as a whole, so that nothing outdated survives in it. Spec and metadata are out of reach here. */
export async function writeStatus(
  client: KubeClient,
  target: Target,
  status: Json,
  signal?: AbortSignal,
): Promise<Outcome> {
  const path = objectPath(target.resource, target.namespace, target.name, 'status');
  const query = { fieldManager: 'parapet-status' };
  const body = [...preconditions(target), { op: 'add', path: '/status', value: status }];
  return write(client, { method: 'PATCH', path, query, contentType: JSON_PATCH, body, signal });
}

/**
 * What the API server warns of when fields are set, without setting them: which pods violate a Pod Security level.
 *
 * @returns null where it gave no answer, or refused
 */
export async function warningsBefore(
  client: KubeClient,
  { resource, namespace, name, object }: Extract<Change, { readonly action: 'apply' }>,
): Promise<readonly string[] | null> {
  const path = objectPath(resource, namespace, name);
  const query = { ...FIELD_MANAGER, force: true, dryRun: 'All' };
  try {
    const reply = await client.request({ method: 'PATCH', path, query, contentType: APPLY_PATCH, body: object });
    return reply.status === 200 ? (reply.warnings ?? []) : null;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return null;
  }
}

/**
 * Takes over the fields that the object holds, and of Parapet's own those it no longer holds back. With uid and version
 * in it an apply fails on another version, and on an absent object, which it would else create.
 */
function applyFields(
  client: KubeClient,
  { resource, namespace, name }: Target,
  object: KubeObject,
  sending: Sending,
): Promise<Outcome> {
  const path = objectPath(resource, namespace, name);
  const query = { ...FIELD_MANAGER, force: true };
  return write(client, { method: 'PATCH', path, query, contentType: APPLY_PATCH, body: object, ...sending });
}

function create(client: KubeClient, resource: Resource, object: KubeObject, sending: Sending): Promise<Outcome> {
  const path = collectionPath(resource, object.metadata.namespace);
  return write(client, { method: 'POST', path, query: FIELD_MANAGER, body: object, ...sending });
}

function deleteObject(client: KubeClient, target: Target, sending: Sending): Promise<Outcome> {
  const { resource, namespace, name, uid, resourceVersion } = target;
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid, resourceVersion },
    propagationPolicy: 'Background',
  };
  return write(client, { method: 'DELETE', path: objectPath(resource, namespace, name), body, ...sending });
}

/** `replace` with the known values: 409 on another version, 422 on another uid, and no write when nothing differs. */
function preconditions({ uid, resourceVersion }: Target): readonly PatchOperation[] {
  return [
    { op: 'replace', path: '/metadata/uid', value: uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}

async function write(client: KubeClient, call: Call & { readonly method: WriteMethod }): Promise<Outcome> {
  try {
    return classify(call.method, await client.request(call));
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return { result: 'retry', message: error.message };
  }
}
