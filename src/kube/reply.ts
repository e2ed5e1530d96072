import type { Dispatcher } from 'undici';
import { TransportError } from '../errors.ts';

/** An answer of the API server. `body` is undefined where it wasn't JSON, which only error replies may be. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs?: number;
  /** What the API server warns of (RFC 7234, code 299); absent where it doesn't. */
  readonly warnings?: readonly string[];
}

/** What Parapet reads of a `Status`, Kubernetes' answer in words. */
export interface StatusBody {
  readonly kind: 'Status';
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[];
  };
}

const MESSAGE_LIMIT = 1024;

/** Reads a whole answer. Throws a TransportError `Malformed` when a success isn't JSON: a proxy's page, or cut short. */
export async function readReply(response: Dispatcher.ResponseData): Promise<Reply> {
  const status = response.statusCode;
  const text = await response.body.text();
  const body = parseJson(text);
  if (body === undefined && status < 300) {
    throw new TransportError('Malformed', `the answer with status ${status} is not JSON, or cut short`);
  }
  const retryAfterMs = retryAfter(response.headers['retry-after'], body);
  const warnings = warningsOf(response.headers['warning']);
  return {
    status,
    body,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** The answer as a Status, if it is one: then the API server spoke, and not something in between. */
export function statusBody(body: unknown): StatusBody | undefined {
  const status = body as StatusBody | null | undefined;
  return typeof status === 'object' && status?.kind === 'Status' ? status : undefined;
}

/** What the API server said, shortened; or the bare status code. */
export function statusMessage(status: number, body: unknown): string {
  const message = statusBody(body)?.message;
  return typeof message === 'string' && message !== '' ? message.slice(0, MESSAGE_LIMIT) : `HTTP status ${status}`;
}

/** JSON, or undefined. The parser's own message would quote the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfter(header: string | string[] | undefined, body: unknown): number | undefined {
  const seconds = Number(header ?? statusBody(body)?.details?.retryAfterSeconds ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** `299 - "text", 299 - "text"`: quotes and backslashes within a text are escaped. */
function warningsOf(header: string | string[] | undefined): readonly string[] {
  const texts = [header ?? []].flat().flatMap((line) => [...line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)]);
  return texts.map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}
