import { setTimeout as delay } from 'node:timers/promises';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { isMutating } from './call-identity.ts';
import type { OpenCall } from './call-log.ts';
import type { Answer } from './proxied-call.ts';
import { proxiedWatch } from './proxied-watch.ts';
import type { ProxiedWatch } from './proxied-watch.ts';
import type { Upstream } from './upstream.ts';

/** A reply that the proxy makes up. A body that is no string is sent as JSON. */
export interface MadeUpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One request and its answer, in the hands of a fault. Whatever it does, it ends with exactly one kind of answer. */
export class Exchange {
  readonly call: OpenCall;
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: Buffer;
  readonly #upstream: Upstream;
  readonly #opened: (watch: ProxiedWatch) => void;

  constructor(parts: {
    readonly call: OpenCall;
    readonly incoming: IncomingMessage;
    readonly response: ServerResponse;
    readonly body: Buffer;
    readonly upstream: Upstream;
    readonly opened: (watch: ProxiedWatch) => void;
  }) {
    this.call = parts.call;
    this.#incoming = parts.incoming;
    this.#response = parts.response;
    this.#body = parts.body;
    this.#upstream = parts.upstream;
    this.#opened = parts.opened;
    parts.response.on('close', () => (this.call.answeredAt = performance.now()));
  }

  /**
   * Sends the call on and resolves with the whole answer: what it changed is committed by then. The caller hears
   * nothing yet. Not for a watch, which has no end. Rejects where the API server gives no answer.
   */
  async forward(): Promise<Answer> {
    const answer = await answerTo(await this.#send());
    const body = await wholeOf(answer);
    this.call.committedAt = performance.now();
    this.call.status = answer.statusCode ?? 0;
    if (isMutating(this.call)) this.call.reply = parsed(body);
    return { status: this.call.status, headers: answer.headers, body };
  }

  /** Hands an answer to the caller as it is. */
  give({ status, headers, body }: Answer): void {
    this.call.told = status;
    this.#response.writeHead(status, withLength(headers, body.length)).end(body);
  }

  /** Forwards, and hands the answer on: what happens without a fault. Where the API server breaks off, so does this. */
  async pass(): Promise<void> {
    if (this.call.verb === 'watch') return this.#watch();
    try {
      this.give(await this.forward());
    } catch {
      this.reset();
    }
  }

  /** An answer that the API server never gave. */
  reply({ status, headers = {}, body }: MadeUpReply): void {
    const json = typeof body !== 'string';
    const text = Buffer.from(json ? JSON.stringify(body) : body);
    this.give({
      status,
      headers: { 'content-type': json ? 'application/json' : 'text/plain', ...headers },
      body: text,
    });
  }

  /** Status and headers promise a whole answer, of which only a part comes: as JSON it is cut short, as HTTP it is whole. */
  giveTruncated({ status, headers, body }: Answer): void {
    this.give({ status, headers, body: body.subarray(0, Math.floor(body.length / 2)) });
  }

  /** The answer in so many pieces, one after another; resolves when the last is out or the caller has gone. */
  async drip({ status, headers, body }: Answer, pieces: number, everyMs: number): Promise<void> {
    this.call.told = status;
    this.#response.writeHead(status, withLength(headers, body.length));
    const size = Math.max(1, Math.ceil(body.length / pieces));
    for (let at = 0; at < body.length && !this.#response.destroyed; at += size) {
      this.#response.write(body.subarray(at, at + size));
      await delay(everyMs);
    }
    this.#response.end();
  }

  /** RST: the caller can't know what became of its call. */
  reset(): void {
    this.call.told = 'reset';
    this.#response.socket?.resetAndDestroy();
  }

  /** Says nothing; resolves when the caller has given up. */
  async hang(): Promise<void> {
    if (this.#response.destroyed) return;
    await new Promise<void>((resolve) => this.#response.once('close', resolve));
  }

  async #send(): Promise<ClientRequest> {
    const sent = await this.#upstream.send(this.#incoming, this.#body);
    this.call.forwardedAt = performance.now();
    return sent;
  }

  async #watch(): Promise<void> {
    try {
      const sent = await this.#send();
      this.#response.on('close', () => sent.destroy());
      const answer = await answerTo(sent);
      this.call.status = answer.statusCode ?? 0;
      this.call.told = this.call.status;
      this.#response.writeHead(this.call.status, withoutLength(answer.headers));
      this.#opened(proxiedWatch(this.call, answer, this.#response));
    } catch {
      this.reset();
    }
  }
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.on('error', reject);
  });
}

/** The bytes of a request or an answer, whole. Rejects where it is cut short. */
export async function wholeOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** JSON, or undefined. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function withoutLength(headers: Answer['headers']): Record<string, string | string[]> {
  const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || hopByHop.has(name) ? [] : [[name, value]],
    ),
  );
}

function withLength(headers: Answer['headers'], length: number): Record<string, string | string[]> {
  return { ...withoutLength(headers), 'content-length': String(length) };
}
