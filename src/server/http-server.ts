import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BindAddress } from './bind-address.ts';

/** What a path answers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
}

/** Answers by path, for GET and HEAD. A throw answers 500. */
export type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

/** A server that listens. */
export interface HttpServer {
  /** `host:port` as bound, also where port 0 was asked for. */
  readonly address: string;
  /** Stops listening and drops connections at once: a probe or a scrape is asked again. */
  close(): Promise<void>;
}

/** Listens; rejects when the address can't be had. */
export async function listen({ host, port }: BindAddress, routes: Routes): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void answer(routes, request.method ?? '', request.url ?? '/').then(({ status, body, contentType }) => {
      response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    address: addressText(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(routes: Routes, method: string, url: string): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET\n' };
  const route = new Map(Object.entries(routes)).get(url.split('?')[0] ?? '');
  if (route === undefined) return { status: 404, body: 'not found\n' };
  try {
    return await route();
  } catch {
    // What went wrong in here is nobody's business out there.
    return { status: 500, body: 'internal error\n' };
  }
}

function addressText({ address, family, port }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
