import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { isMutating } from './call-identity.ts';
import { CallLog } from './call-log.ts';
import { Exchange, parsed, wholeOf } from './exchange.ts';
import type { ProxiedCall } from './proxied-call.ts';
import type { ProxiedWatch } from './proxied-watch.ts';
import { Upstream } from './upstream.ts';

/** What happens to one call in place of being passed on. */
export interface Fault {
  /** As it is written down. */
  readonly name: string;
  /** Answers, or sees to it that no answer comes. */
  readonly act: (exchange: Exchange) => Promise<void> | void;
}

/** Asked for every call as it arrives, before it is forwarded: a fault, or undefined to let it pass. */
export type Rule = (call: ProxiedCall) => Fault | undefined;

/** Plain HTTP on loopback in front of a real API server, which can do to a caller what networks and servers do. */
export interface FaultProxy {
  readonly url: string;
  /** Every watch that was ever opened, in order. */
  readonly watches: readonly ProxiedWatch[];
  /** Every call, watches included, in the order of arrival. */
  readonly calls: readonly ProxiedCall[];
  /** `METHOD /path?query` of each call. */
  readonly requests: readonly string[];
  /** Connections accepted so far. */
  connections(): number;
  /** Adds a rule; the first to name a fault has its way. Returns what takes it away again. */
  rule(rule: Rule): () => void;
  /** Drops calls that nobody asks about any more, so that a long run doesn't grow. */
  forget(isOver: (call: ProxiedCall) => boolean): void;
  /** Partition: whoever connects is refused, and every connection there is breaks. */
  refuse(): Promise<void>;
  /** The end of the partition, on the same port. */
  accept(): Promise<void>;
  /** For client-node: no TLS on loopback, and no credentials, which the proxy adds. */
  load(): KubeConfig;
  /** Writes the same as a file. */
  writeKubeconfig(file: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. @param kubeconfig where the API server is, and who the callers shall be there */
export async function faultProxy(kubeconfig: string): Promise<FaultProxy> {
  const proxy = new LoopbackProxy(kubeconfig);
  await proxy.accept();
  return proxy;
}

class LoopbackProxy implements FaultProxy {
  readonly watches: ProxiedWatch[] = [];
  readonly #log = new CallLog();
  readonly #rules = new Set<Rule>();
  readonly #upstream: Upstream;
  readonly #server = createServer((request, response) => void this.#take(request, response));
  #connections = 0;
  #port = 0;

  constructor(kubeconfig: string) {
    this.#upstream = new Upstream(kubeconfig);
    this.#server.on('connection', () => (this.#connections += 1));
    // Whoever is cut off by a fault has no say in it.
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get calls(): readonly ProxiedCall[] {
    return this.#log.calls;
  }

  get requests(): readonly string[] {
    return this.calls.map(({ method, url }) => `${method} ${url}`);
  }

  connections(): number {
    return this.#connections;
  }

  rule(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  forget(isOver: (call: ProxiedCall) => boolean): void {
    this.#log.forget(isOver);
  }

  async refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async accept(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  load(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser({ name: 'proxy', server: this.url, skipTLSVerify: true }, { name: 'nobody' });
    return config;
  }

  async writeKubeconfig(file: string): Promise<void> {
    await writeFile(file, this.load().exportConfig());
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.refuse();
    this.#upstream.close();
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now();
    const body = await wholeOf(incoming).catch(() => undefined);
    if (body === undefined) return; // cut off before it had said what it wants
    const { method = 'GET', url = '/' } = incoming;
    const call = this.#log.arrived({ method, url, arrivedAt, body: parsed(body) });
    const opened = (watch: ProxiedWatch): void => void this.watches.push(watch);
    const exchange = new Exchange({ call, incoming, response, body, upstream: this.#upstream, opened });
    if (!isMutating(call)) call.body = undefined;
    const fault = this.#faultFor(call);
    if (fault === undefined) return exchange.pass();
    call.fault = fault.name;
    await fault.act(exchange);
  }

  #faultFor(call: ProxiedCall): Fault | undefined {
    for (const rule of this.#rules) {
      const fault = rule(call);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}
