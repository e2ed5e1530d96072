import { Pool, ProxyAgent, type Dispatcher } from 'undici';
import { TransportError } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import type { KubeObserver } from './observer.ts';

/** Which connections a call travels on. The lease has its own, so that no burst of writes can delay a renewal. */
export type Lane = 'calls' | 'watches' | 'lease';

type Lanes = Readonly<Record<Lane, Dispatcher>>;

// The API server closes idle connections after 90 s; staying below avoids writing into a connection that just went.
const KEEP_ALIVE_MS = 80_000;

/** The connections, opened again when certificates or the CA have changed. */
export class LanePool {
  readonly #connections: number;
  readonly #observer: KubeObserver;
  #fingerprint = '';
  #lanes: Lanes | undefined;

  constructor(connections: number, observer: KubeObserver) {
    this.#connections = connections;
    this.#observer = observer;
  }

  /** The dispatcher for a call made with these credentials. */
  dispatcher(lane: Lane, credentials: Credentials): Dispatcher {
    if (this.#lanes === undefined || this.#fingerprint !== credentials.fingerprint) this.#reopen(credentials);
    return (this.#lanes as Lanes)[lane];
  }

  /** Ends every connection, and with it whatever is under way. */
  async close(): Promise<void> {
    const lanes = this.#lanes;
    this.#lanes = undefined;
    await Promise.all(Object.values(lanes ?? {}).map((dispatcher) => dispatcher.destroy()));
  }

  #reopen(credentials: Credentials): void {
    // What is under way finishes on the older connections; a watch does within its ten minutes.
    for (const dispatcher of Object.values(this.#lanes ?? {})) void dispatcher.close();
    this.#fingerprint = credentials.fingerprint;
    this.#lanes = {
      calls: this.#open('calls', credentials, this.#connections),
      // As many connections as there are watches; each goes back to the pool when its watch ends well.
      watches: this.#open('watches', credentials, null),
      lease: this.#open('lease', credentials, 1),
    };
  }

  #open(lane: Lane, credentials: Credentials, connections: number | null): Dispatcher {
    const connect = { ...credentials.tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const shared = {
      connections,
      allowH2: false,
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
