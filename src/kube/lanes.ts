import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { TransportError } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import type { KubeObserver } from './observer.ts';

/** Which connections a call travels on. The lease has its own, so that no burst of writes can delay a renewal. */
export type Lane = 'calls' | 'watches' | 'lease';

type Lanes = Record<Lane, Dispatcher>;

// The API server closes idle connections after 90 s; staying below avoids writing into a connection that just went.
const KEEP_ALIVE_MS = 80_000;

// Longer than any watch lives: what is still open then hangs on a connection that answers nobody.
const LINGER_MS = 15 * 60_000;

/** The connections, opened again when certificates or the CA have changed. */
export class LanePool {
  readonly #connections: number;
  readonly #observer: KubeObserver;
  #fingerprint = '';
  #credentials: Credentials | undefined;
  #lanes: Lanes | undefined;
  /** Whose calls under way may finish. */
  readonly #retired = new Set<Dispatcher>();

  constructor(connections: number, observer: KubeObserver) {
    this.#connections = connections;
    this.#observer = observer;
  }

  /** The dispatcher for a call made with these credentials. */
  dispatcher(lane: Lane, credentials: Credentials): Dispatcher {
    if (this.#lanes === undefined || this.#fingerprint !== credentials.fingerprint) this.#reopen(credentials);
    return (this.#lanes as Lanes)[lane];
  }

  /**
   * A watch through this dispatcher fell silent: the next ones get a connection of their own, since all share one, and
   * on a dead one they would be as silent. The others go on, and end by themselves where they are silent too.
   */
  leaveSilent(dispatcher: Dispatcher): void {
    if (this.#lanes?.watches !== dispatcher || this.#credentials === undefined) return;
    this.#lanes.watches = this.#open('watches', this.#credentials);
    this.#retire(dispatcher);
  }

  /** Ends every connection, and with it whatever is under way. */
  async close(): Promise<void> {
    const lanes = this.#lanes;
    this.#lanes = undefined;
    const all = [...Object.values(lanes ?? {}), ...this.#retired];
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #reopen(credentials: Credentials): void {
    for (const dispatcher of Object.values(this.#lanes ?? {})) this.#retire(dispatcher);
    this.#credentials = credentials;
    this.#fingerprint = credentials.fingerprint;
    this.#lanes = {
      calls: this.#open('calls', credentials),
      watches: this.#open('watches', credentials),
      lease: this.#open('lease', credentials),
    };
  }

  /** What is under way finishes on the older connections; a watch does within its ten minutes. */
  #retire(dispatcher: Dispatcher): void {
    this.#retired.add(dispatcher);
    const linger = setTimeout(() => void dispatcher.destroy(), LINGER_MS).unref();
    void dispatcher.close().then(() => {
      clearTimeout(linger);
      this.#retired.delete(dispatcher);
    });
  }

  #open(lane: Lane, credentials: Credentials): Dispatcher {
    // All watches share one connection over HTTP/2; over HTTP/1.1 each has one, and gives it back when it ends well.
    const connections = { calls: this.#connections, watches: null, lease: 1 }[lane];
    const connect = { ...credentials.tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const shared = {
      connections,
      // A call costs a fifth more over HTTP/2, a watch next to nothing: see docs/performance.md.
      allowH2: lane === 'watches',
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Every call brings its own deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    const dispatcher = this.#through(credentials, { ...shared, connect });
    dispatcher.on('connect', () => this.#observer.connection(lane));
    return dispatcher;
  }

  #through(credentials: Credentials, options: Pool.Options): Dispatcher {
    const { proxyUrl, server, tls } = credentials;
    if (proxyUrl === undefined || proxyUrl === '') return new Pool(server.origin, options);
    if (!/^https?:/.test(proxyUrl)) {
      throw new TransportError('Credentials', 'the kubeconfig names a proxy that is neither http nor https');
    }
    return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls });
  }
}
