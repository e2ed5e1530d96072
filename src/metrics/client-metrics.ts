import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** What the API client tells. Code 0 is "no usable answer". */
export interface ClientMetrics {
  request(method: string, code: number, seconds: number): void;
  retry(method: string, code: number): void;
  queued(seconds: number): void;
  connection(lane: string): void;
  watchRestart(resource: string, reason: string): void;
  eventDropped(): void;
}

// client-go's.
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** `rest_client_*` as client-go names and labels them, without its host label: there is one API server. */
export function clientMetrics(registry: Registry): ClientMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server; code "<error>" is one without a usable answer.',
    labelNames: ['method', 'code'],
    registers,
  });
  const duration = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Duration of a request to the API server.',
    labelNames: ['verb'],
    buckets: BUCKETS,
    registers,
  });
  const retries = new Counter({
    name: 'rest_client_request_retries_total',
    help: 'Requests sent again; code says why.',
    labelNames: ['verb', 'code'],
    registers,
  });
  const queued = new Histogram({
    name: 'rest_client_rate_limiter_duration_seconds',
    help: 'Time a request waited for its turn.',
    buckets: BUCKETS,
    registers,
  });
  return {
    request: (method, code, seconds) => {
      requests.inc({ method, code: codeLabel(code) });
      duration.observe({ verb: method }, seconds);
    },
    retry: (verb, code) => retries.inc({ verb, code: codeLabel(code) }),
    queued: (seconds) => queued.observe(seconds),
    ...connectionMetrics(registry),
  };
}

function connectionMetrics(registry: Registry): Pick<ClientMetrics, 'connection' | 'watchRestart' | 'eventDropped'> {
  const registers = [registry];
  const connections = new Counter({
    name: 'parapet_api_connections_total',
    help: 'Connections opened to the API server, by what they are for.',
    labelNames: ['lane'],
    registers,
  });
  const restarts = new Counter({
    name: 'parapet_watch_restarts_total',
    help: 'Times a watch began again.',
    labelNames: ['resource'],
    registers,
  });
  const dropped = new Counter({
    name: 'parapet_events_dropped_total',
    help: 'Kubernetes Events not written: too many of them.',
    registers,
  });
  return {
    connection: (lane) => connections.inc({ lane }),
    watchRestart: (resource) => restarts.inc({ resource }),
    eventDropped: () => dropped.inc(),
  };
}

/** `parapet_watch_idle_seconds`, asked of each watch at each scrape. */
export function watchIdle(registry: Registry, watches: ReadonlyMap<string, () => number>): void {
  const gauge = new Gauge({
    name: 'parapet_watch_idle_seconds',
    help: 'Seconds since a watch last heard of the API server. Bookmarks come about once a minute.',
    labelNames: ['resource'],
    registers: [registry],
    collect: () => {
      for (const [resource, idleSeconds] of watches) gauge.set({ resource }, idleSeconds());
    },
  });
}

/** client-go's word for a request that got no answer. */
function codeLabel(code: number): string {
  return code === 0 ? '<error>' : String(code);
}
