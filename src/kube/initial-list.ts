import { ApiError, TransportError } from '../errors.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import type { KubeClient } from './client.ts';
import { statusMessage } from './reply.ts';
import { collectionPath, type Query } from './resource-path.ts';
import { withKind } from './watch-event.ts';

/** What to list or watch. */
export interface Selection {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Only `metadata` of each object: a fraction of the bytes. */
  readonly metadataOnly?: true;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

// client-go's own page size. A page is parsed in one go, and that stalls the loop.
const PAGE = 500;
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/**
 * Lists page by page, hands each object over as it comes, and returns the list's version. The first page asks without
 * a resourceVersion: since 1.34 served consistently from the cache, before that by etcd; never from the past.
 */
export async function listAll(
  client: KubeClient,
  selection: Selection,
  take: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string> {
  let token: string | undefined;
  for (;;) {
    const page = await listPage(client, selection, token, signal);
    for (const item of page.items ?? []) take(withKind(item, selection.resource));
    token = page.metadata?.continue;
    if (token === undefined || token === '') return page.metadata?.resourceVersion ?? '';
  }
}

/** The field selector of one name; of all where there is none. RBAC grants such a list or watch by resourceNames. */
export function selectName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `metadata.name=${name}`;
}

/** The selection as query parameters. */
export function selectorQuery(selection: Selection): Query {
  return { fieldSelector: selection.fieldSelector, labelSelector: selection.labelSelector };
}

async function listPage(
  client: KubeClient,
  selection: Selection,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const path = collectionPath(selection.resource, selection.namespace);
  const query = { ...selectorQuery(selection), limit: PAGE, continue: token };
  const accept = selection.metadataOnly === true ? METADATA : undefined;
  const reply = await client.request({ method: 'GET', path, query, accept, signal, priority: 'urgent' });
  if (reply.status !== 200) {
    throw new ApiError(reply.status, statusMessage(reply.status, reply.body), reply.retryAfterMs);
  }
  const page = reply.body as Page;
  if (typeof page.metadata?.resourceVersion !== 'string') {
    throw new TransportError('Malformed', 'the answer to a list is no list');
  }
  return page;
}
