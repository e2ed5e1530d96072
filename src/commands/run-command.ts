import { Command, Option } from 'commander';
import { LOG_FORMATS, LOG_LEVELS } from '../logger.ts';
import type { LogFormat, LogLevel } from '../logger.ts';
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
  return command.action(action).addHelpText('after', EXIT_CODES);
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
    .option('--leader-election-namespace <namespace>', "the Lease's namespace", 'parapet-system')
    .option('--concurrency <count>', 'namespaces worked on at once', countValue, 16);
}
