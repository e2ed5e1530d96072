import { setTimeout as delay } from 'node:timers/promises';
import type { Api, Obj, WatchLine } from './api.ts';
import { collection } from './kinds.ts';
import type { WatchedKind } from './kinds.ts';

/** Told in the API server's order; a list is told as if all of it had just been modified. */
export interface Listener {
  readonly seen: (kind: WatchedKind, object: Obj) => void;
  readonly gone: (kind: WatchedKind, object: Obj) => void;
  /** Everything there is, after a list: what isn't in it is gone. */
  readonly listed: (kind: WatchedKind, objects: readonly Obj[]) => void;
}

const RETRY_MS = 200;

/** Lists a kind; resolves once that is done. It is followed from then on until the signal aborts, which `ended` waits for. */
export async function follow(
  api: Api,
  kind: WatchedKind,
  listener: Listener,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  const version = await listAll(api, kind, listener);
  return { ended: keepWatching(api, kind, { listener, signal, version }) };
}

interface Watching {
  readonly listener: Listener;
  readonly signal: AbortSignal;
  readonly version: string;
}

async function keepWatching(api: Api, kind: WatchedKind, { listener, signal, version }: Watching): Promise<void> {
  for (let from = version; !signal.aborted;) {
    try {
      if (from === '') from = await listAll(api, kind, listener);
      from = await watchOnce(api, kind, { listener, signal, version: from });
    } catch {
      // Whatever it was: a new list tells all that was missed.
      from = '';
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Until the watch ends; gives the version up to which everything was told. */
async function watchOnce(api: Api, kind: WatchedKind, { listener, signal, version }: Watching): Promise<string> {
  let last = version;
  const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=600&resourceVersion=${version}`;
  for await (const line of api.watch(`${collection(kind)}?${query}`, signal)) {
    if (line.type === 'ERROR') throw new Error('the watch is over');
    take(kind, line, listener);
    last = line.object.metadata.resourceVersion ?? last;
  }
  return last;
}

function take(kind: WatchedKind, { type, object }: WatchLine, listener: Listener): void {
  if (type === 'DELETED') listener.gone(kind, object);
  else if (type !== 'BOOKMARK') listener.seen(kind, object);
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Obj[];
}

async function listAll(api: Api, kind: WatchedKind, { listed }: Listener): Promise<string> {
  const { status, body } = await api.call<List>('GET', collection(kind));
  if (status !== 200) throw new Error(`cannot list ${kind.plural}: HTTP status ${status}`);
  listed(kind, body.items);
  return body.metadata.resourceVersion;
}
