import { ParapetOperator } from '../controller/operator.ts';
import type { RunOptions } from '../controller/run-options.ts';
import { messageOf } from '../errors.ts';
import { createLogger } from '../logger.ts';
import type { Logger } from '../logger.ts';
import { Metrics } from '../metrics.ts';
import { parseDuration } from '../semantics/duration.ts';
import { parseBindAddress } from '../server/bind-address.ts';
import { startHealthServer } from '../server/health-server.ts';
import type { HttpServer } from '../server/http-server.ts';
import { startMetricsServer } from '../server/metrics-server.ts';
import { toldPlatform } from './platform-flags.ts';
import { leaseTimings } from './run-command.ts';
import type { RunFlags } from './run-command.ts';
import { version } from './version.ts';

/** The operator with its servers, until a signal or a failure ends it; resolves with the exit code. */
export async function run(flags: RunFlags): Promise<number> {
  const log = createLogger({ level: flags.logLevel, format: flags.logFormat });
  const servers: HttpServer[] = [];
  try {
    const options = runOptions(flags, await toldPlatform(flags), log);
    const operator = new ParapetOperator(options);
    await startServers(options, operator, servers);
    await operator.start();
    return 0;
  } catch (error) {
    log.error('cannot run', { reason: messageOf(error) });
    return 1;
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

function runOptions(flags: RunFlags, platform: RunOptions['platform'], log: Logger): RunOptions {
  return {
    ...flags,
    platform,
    leaseTimings: leaseTimings(flags),
    maxExceptionMs: parseDuration(flags.maxExceptionDuration) ?? 0,
    // Whatever the list says: a default-deny around the operator would cut it off from undoing it.
    protectedNamespaces: [...new Set([...flags.protectedNamespaces, flags.leaderElectionNamespace])],
    version,
    log,
    metrics: new Metrics({ version }),
    signal: stopSignal(),
  };
}

/** The first SIGTERM or SIGINT asks for a graceful stop; a second one is the system's own: the end. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** Adds each server as soon as it listens, so that those that do are closed when the next one can't. */
async function startServers(options: RunOptions, operator: ParapetOperator, servers: HttpServer[]): Promise<void> {
  const { log, metrics } = options;
  const metricsAddress = parseBindAddress(options.metricsBindAddress ?? '0');
  if (metricsAddress !== undefined) {
    const server = await startMetricsServer(metricsAddress, metrics);
    servers.push(server);
    log.info('serving metrics', { address: server.address });
  }
  const healthAddress = parseBindAddress(options.healthProbeBindAddress ?? '0');
  if (healthAddress !== undefined) {
    const server = await startHealthServer(healthAddress, () => operator.waitingFor());
    servers.push(server);
    log.info('serving health probes', { address: server.address });
  }
}
