import { setImmediate } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { ApiError, TransportError } from '../errors.ts';
import { AskedToWait } from './asked-to-wait.ts';
import { CredentialSource, type Credentials } from './credentials.ts';
import { openDeadline, untilAborted, type Deadline } from './deadline.ts';
import { assertWriter, fenced } from './fence.ts';
import { refusal, transportError } from './failure.ts';
import { LanePool, type Lane } from './lanes.ts';
import { Limiter, type Priority } from './limiter.ts';
import { silentObserver, type KubeObserver } from './observer.ts';
import { parsedLines } from './parsed-lines.ts';
import { readReply, type Reply } from './reply.ts';
import { queryString, type Query } from './resource-path.ts';
import { retryDelay } from './retry.ts';
import { systemTiming, type Timing } from './timing.ts';

/** The API server, as the rest of kube/ sees it. */
export interface KubeClient {
  /**
   * One call, repeated within its deadline where that is safe. Resolves with any status the API server chose; rejects
   * with a TransportError when no usable answer came.
   */
  request(call: Call): Promise<Reply>;
  /** One watch: the parsed lines as they come. Throws an ApiError when the API server refuses it. */
  stream(call: StreamCall): AsyncGenerator<unknown, void, undefined>;
  /** What was learnt about this API server, for the process's life. */
  readonly learnt: Learnt;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface Learnt {
  /** True once the API server said that WatchList is off. */
  watchListRefused: boolean;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
  /** The representation asked for; plain JSON where absent. */
  readonly accept?: string | undefined;
  /** For the call as a whole: its turn, all attempts and the waits between them. Default 30 s. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: Priority;
  readonly lane?: Exclude<Lane, 'watches'>;
  /** A POST that only asks, such as a SelfSubjectReview: sent whoever leads. */
  readonly storesNothing?: true;
}

export interface StreamCall {
  readonly path: string;
  readonly query?: Query;
  /** No byte for so long, and the stream counts as dead. */
  readonly inactivityMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called for every chunk, before it is parsed. */
  readonly onBytes?: () => void;
}

export interface ClientOptions {
  /** Reads the kubeconfig; called again when credentials have to be renewed. */
  readonly load: () => KubeConfig;
  readonly version: string;
  /** Bound of both connections and calls in flight, watches and lease aside. Default 16. */
  readonly connections?: number;
  /** Asked right before a write is sent, and again when its connection takes it: false once leadership is in doubt. */
  readonly mayWrite?: () => boolean;
  readonly observer?: KubeObserver;
  readonly timing?: Timing;
}

const DEADLINE_MS = 30_000;

interface Outgoing {
  readonly method: Call['method'];
  readonly target: string;
  readonly lane: Lane;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string | undefined;
  readonly storesNothing?: true | undefined;
  readonly signal: AbortSignal;
  /** What it was sent through last. */
  via?: Dispatcher;
}

/** A client whose connections are pooled, bounded and kept alive. */
export function createClient(options: ClientOptions): KubeClient {
  return new PooledClient(options);
}

class PooledClient implements KubeClient {
  readonly learnt: Learnt = { watchListRefused: false };
  readonly #timing: Timing;
  readonly #observer: KubeObserver;
  readonly #credentials: CredentialSource;
  readonly #lanes: LanePool;
  readonly #limiter: Limiter;
  readonly #asked: AskedToWait;
  readonly #userAgent: string;
  readonly #mayWrite: () => boolean;

  constructor(options: ClientOptions) {
    const connections = options.connections ?? 16;
    this.#timing = options.timing ?? systemTiming;
    this.#observer = options.observer ?? silentObserver;
    this.#credentials = new CredentialSource(options.load, this.#timing);
    this.#lanes = new LanePool(connections, this.#observer);
    this.#limiter = new Limiter(connections, this.#timing.now);
    this.#asked = new AskedToWait(this.#timing.now);
    this.#userAgent = `parapet/${options.version}`;
    this.#mayWrite = options.mayWrite ?? (() => true);
  }

  async request(call: Call): Promise<Reply> {
    const deadline = openDeadline(call.deadlineMs ?? DEADLINE_MS, call.signal, this.#timing);
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const outgoing: Outgoing = {
      method: call.method,
      target: call.path + queryString(call.query ?? {}),
      lane: call.lane ?? 'calls',
      contentType: call.contentType ?? 'application/json',
      accept: call.accept,
      signal: deadline.signal,
      storesNothing: call.storesNothing,
      ...body,
    };
    try {
      return await this.#attempts(outgoing, call.priority ?? 'normal', deadline);
    } finally {
      deadline.close();
    }
  }

  async *stream(call: StreamCall): AsyncGenerator<unknown, void, undefined> {
    const deadline = openDeadline(call.inactivityMs, call.signal, this.#timing);
    const target = call.path + queryString(call.query ?? {});
    const outgoing: Outgoing = { method: 'GET', target, lane: 'watches', signal: deadline.signal };
    try {
      const response = await this.#authorized(outgoing);
      if (response.statusCode !== 200) throw await refusal(response);
      yield* parsedLines(response.body, () => {
        deadline.extend();
        call.onBytes?.();
      });
      // The connection becomes free only after the body's end was read; asked for at once, a second one would be opened.
      await setImmediate();
    } catch (error) {
      if (deadline.remainingMs() <= 0 && outgoing.via !== undefined) this.#lanes.leaveSilent(outgoing.via);
      throw error instanceof ApiError ? error : transportError(error, deadline.signal);
    } finally {
      deadline.close();
    }
  }

  async close(): Promise<void> {
    await this.#lanes.close();
  }

  async #attempts(outgoing: Outgoing, priority: Priority, deadline: Deadline): Promise<Reply> {
    const call = `${outgoing.method} ${outgoing.target}`;
    const asked = this.#asked.standing(call);
    if (asked !== undefined && asked.waitMs >= deadline.remainingMs()) return asked.reply;
    if (asked !== undefined) await this.#timing.sleep(asked.waitMs, outgoing.signal);
    for (let tries = 1; ; tries += 1) {
      const result = await this.#attempt(outgoing, priority);
      const delayMs = retryDelay({ method: outgoing.method, tries, result, random: this.#timing.random });
      if (delayMs === undefined || delayMs >= deadline.remainingMs()) {
        if (result instanceof TransportError) throw result;
        this.#asked.givenUp(call, result);
        return result;
      }
      this.#observer.retry(outgoing.method, result instanceof TransportError ? 0 : result.status);
      await this.#timing.sleep(delayMs, outgoing.signal);
    }
  }

  async #attempt(outgoing: Outgoing, priority: Priority): Promise<Reply | TransportError> {
    try {
      if (outgoing.lane === 'lease') return await this.#timed(outgoing);
      const waitedFrom = this.#timing.now();
      await this.#limiter.acquire(priority, outgoing.signal);
      this.#observer.queued((this.#timing.now() - waitedFrom) / 1000);
      try {
        return this.#adapt(await this.#timed(outgoing));
      } finally {
        this.#limiter.release();
      }
    } catch (error) {
      return transportError(error, outgoing.signal);
    }
  }

  #adapt(reply: Reply): Reply {
    if (reply.status === 429) this.#limiter.slowDown();
    else if (reply.status < 500) this.#limiter.speedUp();
    return reply;
  }

  async #timed(outgoing: Outgoing): Promise<Reply> {
    const from = this.#timing.now();
    let code = 0;
    try {
      const reply = await readReply(await this.#authorized(outgoing));
      code = reply.status;
      return reply;
    } finally {
      this.#observer.request(outgoing.method, code, (this.#timing.now() - from) / 1000);
    }
  }

  /** Sends; after a 401 once more with new credentials, which is safe for writes: the first was not carried out. */
  async #authorized(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    const { signal } = outgoing;
    const credentials = await untilAborted(this.#credentials.current(), signal);
    const response = await this.#send(outgoing, credentials);
    if (response.statusCode !== 401 || !(await untilAborted(this.#credentials.renew(credentials), signal)))
      return response;
    await response.body.dump();
    return this.#send(outgoing, await untilAborted(this.#credentials.current(), signal));
  }

  async #send(outgoing: Outgoing, credentials: Credentials): Promise<Dispatcher.ResponseData> {
    const writes = outgoing.method !== 'GET' && outgoing.lane !== 'lease' && outgoing.storesNothing !== true;
    if (writes) assertWriter(this.#mayWrite);
    const { server } = credentials;
    outgoing.via = this.#lanes.dispatcher(outgoing.lane, credentials);
    return (writes ? fenced(outgoing.via, this.#mayWrite) : outgoing.via).request({
      origin: server.origin,
      path: server.pathname.replace(/\/$/, '') + outgoing.target,
      method: outgoing.method,
      headers: {
        ...credentials.headers,
        accept: outgoing.accept ?? 'application/json',
        'user-agent': this.#userAgent,
        ...(outgoing.body === undefined ? {} : { 'content-type': outgoing.contentType }),
      },
      body: outgoing.body ?? null,
      signal: outgoing.signal,
    });
  }
}
