import { Command, Option } from 'commander';
import { LEASE_TIMINGS, leaseTimingsProblem } from '../kube/lease-timings.ts';
import type { LeaseTimings } from '../kube/lease-timings.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../logger.ts';
import type { LogFormat, LogLevel } from '../logger.ts';
import { parseDuration, spelledDuration } from '../semantics/duration.ts';
import { MAX_EXCEPTION_DURATION } from './common-flags.ts';
import { addressValue, booleanValue, countValue, durationValue, listValue } from './flag-values.ts';
import { platformFlags } from './platform-flags.ts';
import type { PlatformFlags } from './platform-flags.ts';
import { PROTECTED_NAMESPACES } from './protected-namespaces.ts';

/** The flags of `parapet run`, as commander hands them over. */
export interface RunFlags extends PlatformFlags {
  readonly kubeconfig?: string;
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly leaderElect: boolean;
  readonly leaderElectionNamespace: string;
  /** As written, see parseDuration; so are the next two. */
  readonly leaderElectLeaseDuration: string;
  readonly leaderElectRenewDeadline: string;
  readonly leaderElectRetryPeriod: string;
  readonly concurrency: number;
  readonly protectedNamespaces: readonly string[];
  /** As written, see parseDuration. */
  readonly maxExceptionDuration: string;
  readonly events: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** @param action does the work; what it returns is its own business */
export function runCommand(action: (flags: RunFlags) => Promise<void>): Command {
  const command = new Command('run').description('run the operator until SIGTERM or SIGINT');
  connectionFlags(command);
  platformFlags(command)
    .addOption(
      new Option(
        '--protected-namespaces <globs>',
        "namespaces only an exact includeNames selects; Parapet's own always",
      )
        .argParser(listValue)
        .default(PROTECTED_NAMESPACES, PROTECTED_NAMESPACES.join(',')),
    )
    .option(
      '--max-exception-duration <duration>',
      'how long a SecurityException may last from its creation on',
      durationValue,
      MAX_EXCEPTION_DURATION,
    )
    .option('--no-events', 'record no Kubernetes Events')
    .addOption(new Option('--log-level <level>', 'the least grave lines to write').choices(LOG_LEVELS).default('info'))
    .addOption(
      new Option('--log-format <format>', 'json for collectors, text for people').choices(LOG_FORMATS).default('json'),
    );
  const checked = (flags: RunFlags): Promise<void> => {
    const problem = leaseTimingsProblem(leaseTimings(flags));
    return problem === undefined ? action(flags) : command.error(`error: ${problem}`);
  };
  return command.action(checked).addHelpText('after', EXIT_CODES);
}

const EXIT_CODES = `
Exit codes:
  0  stopped as asked
  1  no kubeconfig, the cluster could not be reached, or the leader election was lost
  2  wrong usage`;

function connectionFlags(command: Command): void {
  command
    .option('--kubeconfig <file>', "a kubeconfig; else KUBECONFIG, the pod's service account, ~/.kube/config")
    .option('--metrics-bind-address <address>', 'where /metrics is served; 0 disables', addressValue, '127.0.0.1:8080')
    .option(
      '--health-probe-bind-address <address>',
      'where /healthz and /readyz are served; 0 disables',
      addressValue,
      ':8081',
    )
    .option('--leader-elect [boolean]', 'work only while holding the Lease', booleanValue, true)
    .option('--no-leader-elect', 'the same as --leader-elect=false')
    .option('--leader-election-namespace <namespace>', "the Lease's namespace", 'parapet-system');
  leaseFlags(command).option('--concurrency <count>', 'namespaces of a backlog worked on at once', countValue, 16);
}

/** Named as those of Kubernetes' own components. */
function leaseFlags(command: Command): Command {
  const [lease, renew, retry] = [LEASE_TIMINGS.leaseMs, LEASE_TIMINGS.renewMs, LEASE_TIMINGS.retryMs].map((ms) =>
    spelledDuration(ms),
  );
  return command
    .option('--leader-elect-lease-duration <duration>', 'how long others respect a Lease', durationValue, lease)
    .option('--leader-elect-renew-deadline <duration>', 'without renewal for so long: the end', durationValue, renew)
    .option('--leader-elect-retry-period <duration>', 'how often the Lease is tried', durationValue, retry);
}

/** How the flags have the Lease kept, in milliseconds. */
export function leaseTimings(flags: RunFlags): LeaseTimings {
  return {
    leaseMs: parseDuration(flags.leaderElectLeaseDuration) ?? 0,
    renewMs: parseDuration(flags.leaderElectRenewDeadline) ?? 0,
    retryMs: parseDuration(flags.leaderElectRetryPeriod) ?? 0,
  };
}
