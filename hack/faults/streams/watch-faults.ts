import { policyResource, postureResource } from '../../../src/api/resources.ts';
import { compareVersions } from '../../../src/kube/resource-version.ts';
import { objectKinds } from '../../../src/slots/object-kinds.ts';
import { call } from '../../support/admin.ts';
import type { Exchange } from '../../support/fault-proxy/exchange.ts';
import type { Fault, FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import type { ProxiedWatch } from '../../support/fault-proxy/proxied-watch.ts';
import { until } from '../../support/until.ts';
import type { Lane } from '../lane.ts';
import { nothing } from './stream-fault.ts';
import type { Begun, StreamFault } from './stream-fault.ts';

/** The kinds that worlds consist of, by plural. */
export const WATCHED: readonly string[] = [
  policyResource.plural,
  postureResource.plural,
  ...objectKinds.map(({ resource }) => resource.plural),
];

/** How long a watch lags. */
const LAG_MS = 1_000;
/** The operator's own limit of 70 s, and a little for the connection. */
const NOTICED_MS = 75_000;
const GONE = statusOf(410, 'Expired', 'too old resource version');
const BROKEN = statusOf(500, 'InternalError', 'etcdserver: no leader');

/** The faults of single watches, while all others are fresh. */
export const watchFaults: readonly StreamFault[] = [
  { name: 'held', begin: held },
  { name: 'ended', begin: (lane, kinds) => interrupted(lane, kinds, (watch) => watch.end()) },
  { name: 'reset', begin: (lane, kinds) => interrupted(lane, kinds, (watch) => watch.reset()) },
  {
    name: 'error-500',
    begin: (lane, kinds) =>
      interrupted(lane, kinds, (watch) => {
        watch.inject({ type: 'ERROR', object: BROKEN });
        watch.end();
      }),
  },
  {
    name: 'gone-as-status',
    begin: (lane, kinds) => unobserved(lane, kinds, (exchange) => exchange.reply({ status: 410, body: GONE })),
  },
  { name: 'gone-in-stream', begin: (lane, kinds) => unobserved(lane, kinds, goneInStream) },
  { name: 'gone-list-cut', begin: listsCut },
  { name: 'blackhole', begin: blackholed },
];

/** How a watch learns in its own stream that its history is gone. */
export function goneInStream(exchange: Exchange): void {
  exchange.reply({ status: 200, body: `${JSON.stringify({ type: 'ERROR', object: GONE })}\n` });
}

/** Watches lag behind the cluster and behind all other watches. */
async function held({ proxy }: Lane, kinds: readonly string[]): Promise<Begun> {
  const watches = watchesOf(proxy, kinds);
  for (const watch of watches) watch.hold();
  return {
    lagMs: LAG_MS,
    release: async () => {
      for (const watch of watches) watch.release();
      return [];
    },
    over: nothing,
  };
}

/** Watches break, and what happens until they are back is told then. */
async function interrupted(
  { proxy }: Lane,
  kinds: readonly string[],
  break_: (watch: ProxiedWatch) => void,
): Promise<Begun> {
  const gate = Promise.withResolvers<void>();
  const act: Fault['act'] = async (exchange) => {
    await gate.promise;
    await exchange.pass();
  };
  const over = ruleFor(proxy, kinds, { name: 'interrupted', act });
  for (const watch of watchesOf(proxy, kinds)) break_(watch);
  return {
    release: async () => {
      gate.resolve();
      return [];
    },
    over: async () => over(),
  };
}

/**
 * Watches break, and the history of what happens until they are back is compacted: only a new list shows what has
 * become of it. The API server refuses every older version from then on, not just once.
 */
export async function unobserved(
  { proxy, admin }: Lane,
  kinds: readonly string[],
  refuse: (exchange: Exchange) => void,
): Promise<Begun> {
  const gate = Promise.withResolvers<string>();
  const act: Fault['act'] = async (exchange) => {
    const compacted = await gate.promise;
    const isOlder = (compareVersions(versionOf(exchange), compacted) ?? 0) < 0;
    if (!isList(exchange) && isOlder) refuse(exchange);
    else await exchange.pass();
  };
  const over = ruleFor(proxy, kinds, { name: 'unobserved', act });
  for (const watch of watchesOf(proxy, kinds)) watch.end();
  return {
    release: async () => {
      gate.resolve(await revision(admin));
      return [];
    },
    over: async () => over(),
  };
}

/**
 * One of two API servers has only just started and knows nothing of the past; the new lists, of which the first end
 * before they are complete, and whatever comes then, are the other's, which has seen everything.
 */
async function listsCut({ proxy }: Lane, kinds: readonly string[]): Promise<Begun> {
  const gate = Promise.withResolvers<void>();
  const left = new Map(kinds.map((kind) => [kind, { refusals: 1, cuts: 2 }]));
  const act: Fault['act'] = async (exchange) => {
    await gate.promise;
    const due = left.get(exchange.call.resource) ?? { refusals: 0, cuts: 0 };
    if (!isList(exchange) && (due.refusals -= 1) >= 0) return goneInStream(exchange);
    await exchange.pass();
    if (isList(exchange) && (due.cuts -= 1) >= 0) cutShort(watchAt(proxy, exchange), 0);
  };
  const over = ruleFor(proxy, kinds, { name: 'list-cut', act });
  for (const watch of watchesOf(proxy, kinds)) watch.end();
  return {
    release: async () => {
      gate.resolve();
      return [];
    },
    over: async () => over(),
  };
}

/** Of a list only so many objects come, and then the end of the stream. */
export function cutShort(watch: ProxiedWatch | undefined, objects: number): void {
  let lines = 0;
  watch?.holdFrom(() => {
    lines += 1;
    if (lines === objects + 1) setImmediate(() => watch.end());
    return lines > objects;
  });
}

/** The connections stand and carry nothing. Ended by the operator's own patience, and promise 6 says how long that is. */
async function blackholed({ proxy }: Lane, kinds: readonly string[]): Promise<Begun> {
  const watches = watchesOf(proxy, kinds);
  for (const watch of watches) watch.blackhole();
  return {
    release: async () => {
      const anew = (): boolean => watchesOf(proxy, kinds).every((watch) => !watches.includes(watch));
      await until(`${kinds.join()} to be watched anew`, anew, { deadlineMs: NOTICED_MS, everyMs: 100 });
      return [];
    },
    over: nothing,
  };
}

function ruleFor(proxy: FaultProxy, kinds: readonly string[], fault: Fault): () => void {
  return proxy.rule(({ verb, resource }) => (verb === 'watch' && kinds.includes(resource) ? fault : undefined));
}

/** The watches of these kinds that run now: the latest of each. */
function watchesOf(proxy: FaultProxy, kinds: readonly string[]): readonly ProxiedWatch[] {
  return kinds.map((kind) => {
    const watch = proxy.watches.findLast(({ call: { resource } }) => resource === kind);
    if (watch === undefined) throw new Error(`the operator never watched ${kind}`);
    return watch;
  });
}

/** The watch that came of a call. */
export function watchAt({ watches }: FaultProxy, { call: asked }: Exchange): ProxiedWatch | undefined {
  return watches.find((watch) => watch.call === asked);
}

function versionOf({ call: { url } }: Exchange): string {
  return new URL(url, 'http://proxy').searchParams.get('resourceVersion') ?? '';
}

function isList({ call: { url } }: Exchange): boolean {
  return new URL(url, 'http://proxy').searchParams.has('sendInitialEvents');
}

/** etcd's revision: one for all kinds. */
async function revision(admin: Lane['admin']): Promise<string> {
  const { metadata } = await call<{ readonly metadata: { readonly resourceVersion: string } }>(admin, {
    method: 'GET',
    path: '/api/v1/namespaces',
    query: { limit: 1 },
  });
  return metadata.resourceVersion;
}

/** What the API server sends in place of an object. */
export function statusOf(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message };
}
