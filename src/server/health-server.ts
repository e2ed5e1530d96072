import type { BindAddress } from './bind-address.ts';
import { listen } from './http-server.ts';
import type { HttpServer } from './http-server.ts';

/**
 * Serves `/healthz` (the process answers) and `/readyz`.
 * @param waitingFor what readiness waits for, one line each; empty when ready
 */
export function startHealthServer(address: BindAddress, waitingFor: () => readonly string[]): Promise<HttpServer> {
  return listen(address, {
    '/healthz': () => ({ status: 200, body: 'ok\n' }),
    '/readyz': () => {
      const missing = waitingFor();
      if (missing.length === 0) return { status: 200, body: 'ok\n' };
      return { status: 503, body: ['waiting for:', ...missing, ''].join('\n') };
    },
  });
}
