import { ApiError, TransportError } from '../errors.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import { statusMessage, type StatusBody } from './reply.ts';

/** One line of a watch, after the errors among them have become exceptions. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/** The end of a WatchList's initial events (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Reads one line. An in-stream ERROR becomes an ApiError with its code: 410 there is the same as 410 as a status. */
export function watchEvent(line: unknown, resource: Resource): WatchEvent {
  const event = line as { readonly type?: unknown; readonly object?: unknown } | null;
  if (event?.type === 'ERROR') throw streamError(event.object as StatusBody | undefined);
  const object = event?.object as KubeObject | undefined;
  if (!TYPES.has(event?.type) || object === undefined || typeof object?.metadata !== 'object') {
    throw new TransportError('Malformed', 'a line of the watch is no event');
  }
  withKind(object, resource);
  return event as WatchEvent;
}

/** True for the bookmark that ends the initial events. */
export function endsInitialEvents(event: WatchEvent): boolean {
  return event.type === 'BOOKMARK' && event.object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true';
}

/** Items of a list carry neither apiVersion nor kind; the parsed object is ours alone, so they are set in place. */
export function withKind(object: KubeObject, resource: Resource): KubeObject {
  const target = object as { apiVersion?: string; kind?: string };
  target.apiVersion ??= apiVersionOf(resource);
  target.kind ??= resource.kind;
  return object;
}

function streamError(status: StatusBody | undefined): ApiError {
  const code = typeof status?.code === 'number' ? status.code : 500;
  const seconds = status?.details?.retryAfterSeconds;
  return new ApiError(code, statusMessage(code, status), seconds === undefined ? undefined : seconds * 1000);
}
