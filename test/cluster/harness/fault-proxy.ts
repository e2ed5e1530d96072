import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { CredentialSource } from '../../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../../src/kube/timing.ts';

/** A live watch, and what can happen to it. */
export interface ProxiedWatch {
  readonly url: string;
  /** Bytes wait here until `release`. Always legal: a watch may lag. */
  hold(): void;
  release(): void;
  /** A line the API server might have sent. */
  inject(line: unknown): void;
  /** The connection breaks without a word. */
  reset(): void;
  /** The stream ends as when its time is up. */
  end(): void;
  readonly closed: Promise<void>;
}

export interface FaultProxy {
  readonly url: string;
  readonly watches: readonly ProxiedWatch[];
  /** `METHOD /path?query` of each request. */
  readonly requests: readonly string[];
  /** Connections accepted so far. */
  connections(): number;
  /** Asked before a request is forwarded: true when it answered by itself. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  load(): KubeConfig;
  close(): Promise<void>;
}

/** Plain HTTP on loopback in front of a real API server, with the credentials of a kubeconfig. */
export async function faultProxy(kubeconfig: string): Promise<FaultProxy> {
  const upstream = await new CredentialSource(() => loadKubeConfig({ file: kubeconfig }), systemTiming).current();
  const watches: ProxiedWatch[] = [];
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (proxy.intercept(request, response)) return;
    const send = upstream.server.protocol === 'http:' ? httpRequest : httpsRequest;
    const method = request.method ?? 'GET';
    const options = { ...upstream.tls, method, headers: headersOf(request, upstream.headers) };
    const forwarded = send(new URL(request.url ?? '/', upstream.server), options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      if (/[?&]watch=true/.test(request.url ?? '')) watches.push(proxiedWatch(request, answer, response));
      else answer.pipe(response);
    });
    forwarded.on('error', () => request.socket.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: FaultProxy = {
    url,
    watches,
    requests,
    connections: () => connections,
    intercept: () => false,
    load: () => plainConfig(url),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function plainConfig(url: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'proxy', server: url, skipTLSVerify: true }, { name: 'nobody' });
  return config;
}

function headersOf(request: IncomingMessage, credentials: Readonly<Record<string, string>>): OutgoingHttpHeaders {
  const { host: _, connection: __, ...headers } = request.headers;
  return { ...headers, ...credentials };
}

function proxiedWatch(request: IncomingMessage, answer: IncomingMessage, response: ServerResponse): ProxiedWatch {
  let held: Buffer[] | undefined;
  response.flushHeaders();
  answer.on('data', (chunk: Buffer) => void (held === undefined ? response.write(chunk) : held.push(chunk)));
  answer.on('end', () => held === undefined && response.end());
  answer.on('error', () => request.socket.destroy());
  return {
    url: request.url ?? '',
    hold: () => (held ??= []),
    release: () => {
      for (const chunk of held ?? []) response.write(chunk);
      held = undefined;
    },
    inject: (line) => response.write(`${JSON.stringify(line)}\n`),
    reset: () => request.socket.resetAndDestroy(),
    end: () => response.end(),
    closed: new Promise((resolve) => response.on('close', resolve)),
  };
}
