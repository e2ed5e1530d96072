import type { Exchange, MadeUpReply } from '../support/fault-proxy/exchange.ts';
import { isMutating } from '../support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';

/** What a fault may lay hands on beside the call. */
export interface Hands {
  /** SIGKILL to the operator; resolves when it is gone. */
  kill(): Promise<void>;
}

/** One thing that may befall a call. */
export interface FaultKind {
  readonly name: string;
  /** `quick` ones run side by side; `held` ones occupy one of the operator's few connections; `crash` ends it. */
  readonly group: 'quick' | 'held' | 'crash';
  /** The API server never heard of the call, and the operator knows: a write is due again. */
  readonly refused: boolean;
  readonly act: (exchange: Exchange, hands: Hands) => Promise<void> | void;
}

const PIECES = 40;
const PIECE_MS = 150;

/** In the order of RELIABILITY: crashes, unknown outcomes, error replies. */
export const FAULT_KINDS: readonly FaultKind[] = [
  crash('kill-before', (_, hands) => hands.kill()),
  crash('kill-after', async (exchange, hands) => {
    await exchange.forward();
    await hands.kill();
  }),
  unknown('lost-reset', 'quick', async (exchange) => {
    await exchange.forward();
    exchange.reset();
  }),
  unknown('lost-hang', 'held', async (exchange) => {
    await exchange.forward();
    await exchange.hang();
  }),
  refusal('reply-409', (call) => conflict(call)),
  refusal('reply-429', () => status(429, 'TooManyRequests', 'too many requests', { headers: { 'retry-after': '1' } })),
  refusal('reply-500', () => status(500, 'InternalError', 'etcdserver: leader changed')),
  refusal('reply-503', () => status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request')),
  // A gateway that lost patience: what it waited for is done all the same.
  unknown('reply-504', 'quick', async (exchange) => {
    await exchange.forward();
    exchange.reply({ status: 504, body: '<html><body><h1>504 Gateway Time-out</h1></body></html>' });
  }),
  refusal('reply-403', (call) => status(403, 'Forbidden', `cannot ${call.verb} resource "${call.resource}"`)),
  refusal('reply-404', (call) => notFound(call)),
  refusal('reply-413', () => ({ status: 413, body: 'http: request body too large\n' })),
  unknown('reply-truncated', 'quick', async (exchange) => exchange.giveTruncated(await exchange.forward())),
  // A captive portal.
  refusal('reply-html', () => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>Sign in</html>',
  })),
  unknown('reply-drip', 'held', async (exchange) => exchange.drip(await exchange.forward(), PIECES, PIECE_MS)),
  { name: 'reset-before', group: 'quick', refused: true, act: (exchange) => exchange.reset() },
];

/** The kind of that name; undefined where there is none. */
export function faultKindOf(name: string): FaultKind | undefined {
  return FAULT_KINDS.find((kind) => kind.name === name);
}

function crash(name: string, act: FaultKind['act']): FaultKind {
  return { name, group: 'crash', refused: false, act };
}

function unknown(name: string, group: FaultKind['group'], act: FaultKind['act']): FaultKind {
  return { name, group, refused: false, act };
}

function refusal(name: string, reply: (call: ProxiedCall) => MadeUpReply): FaultKind {
  return { name, group: 'quick', refused: true, act: (exchange) => exchange.reply(reply(exchange.call)) };
}

function conflict({ verb, resource, name }: ProxiedCall): MadeUpReply {
  return verb === 'create'
    ? status(409, 'AlreadyExists', `${resource} "${name}" already exists`)
    : status(409, 'Conflict', `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified`);
}

/**
 * A new namespace that one of several API servers has yet to hear of; else a path that is not served for a moment, as
 * while a CRD is established. Nothing that exists is ever said not to: that answer would be the proxy's lie.
 */
function notFound(call: ProxiedCall): MadeUpReply {
  if (call.verb !== 'create' || call.namespace === '' || !isMutating(call)) {
    return { status: 404, body: '404 page not found\n' };
  }
  const details = { kind: 'namespaces', name: call.namespace };
  return status(404, 'NotFound', `namespaces "${call.namespace}" not found`, { details });
}

interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  readonly details?: object;
}

function status(
  code: number,
  reason: string,
  message: string,
  { headers = {}, details = {} }: Extra = {},
): MadeUpReply {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, details };
  return { status: code, headers, body };
}
