import type { Metrics } from '../metrics.ts';
import type { BindAddress } from './bind-address.ts';
import { listen } from './http-server.ts';
import type { HttpServer } from './http-server.ts';

/** Serves `/metrics`. Unauthenticated: bind it to loopback or guard it with a NetworkPolicy. */
export function startMetricsServer(address: BindAddress, { registry }: Metrics): Promise<HttpServer> {
  return listen(address, {
    '/metrics': async () => ({ status: 200, body: await registry.metrics(), contentType: registry.contentType }),
  });
}
