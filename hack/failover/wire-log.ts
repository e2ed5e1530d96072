/**
 * Preloaded into a process of the operator: says on stderr when each write goes out, and which renewals were granted. A
 * proxy sees the arrival, which a busy machine delays; this is the moment of issue, told by the HTTP client and not by the
 * operator's own code.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

interface OnTheWire {
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response?: { readonly statusCode: number };
}

const sentAt = new WeakMap<object, number>();

subscribe('undici:client:sendHeaders', (message) => {
  const { request } = message as OnTheWire;
  const at = now();
  sentAt.set(request, at);
  if (request.method !== 'GET') tell('sent', request, at);
});

subscribe('undici:request:headers', (message) => {
  const { request, response } = message as OnTheWire;
  const granted = response?.statusCode === 200 || response?.statusCode === 201;
  if (granted && renews(request)) tell('renewed', request, sentAt.get(request) ?? now());
});

/** A release is a write of the Lease as well, and grants nothing. */
function renews({ method, path, body }: OnTheWire['request']): boolean {
  const isWrite = method === 'PUT' || method === 'POST';
  return isWrite && path.includes('/leases') && !String(body).includes('"holderIdentity":""');
}

function tell(type: string, { method, path }: OnTheWire['request'], at: number): void {
  writeSync(2, `${JSON.stringify({ level: 'debug', message: 'wire', type, at, method, path })}\n`);
}

/** Milliseconds on the clock that all processes of the machine share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
