import { Option } from 'commander';
import type { Command } from 'commander';
import { durationValue, listValue } from './flag-values.ts';
import { platformFlags } from './platform-flags.ts';
import type { PlatformFlags } from './platform-flags.ts';
import { PROTECTED_NAMESPACES } from './protected-namespaces.ts';

/** A quarter: long enough for a migration, short enough that somebody looks at it again. */
export const MAX_EXCEPTION_DURATION = '90d';

/** What an operator is told by its own flags, and a command that plans for it has to be told as well. */
export interface PlanningFlags extends PlatformFlags {
  readonly protectedNamespaces: readonly string[];
  /** As written, see parseDuration. */
  readonly maxExceptionDuration: string;
}

/** Which cluster. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Where the cluster's state is read. */
export interface SourceFlags extends ClusterFlags {
  readonly manifests?: readonly string[];
}

/** Several `-f` add up. */
export function filesFlag(command: Command, meaning: string): Command {
  return command.requiredOption('-f, --filename <path>', `${meaning}; - is standard input, several add up`, collect);
}

export function sourceFlags(command: Command): Command {
  return clusterFlags(
    command.addOption(
      new Option('--manifests <path>', 'the cluster as files: namespaces, policies, objects; no cluster is asked')
        .argParser(collect)
        .conflicts(['kubeconfig', 'context']),
    ),
  );
}

export function clusterFlags(command: Command): Command {
  return command
    .option('--kubeconfig <file>', "a kubeconfig; else KUBECONFIG, the pod's service account, ~/.kube/config")
    .option('--context <name>', "another context than the kubeconfig's current one");
}

export function planningFlags(command: Command): Command {
  return platformFlags(command)
    .addOption(
      new Option('--protected-namespaces <globs>', "as the operator's")
        .argParser(listValue)
        .default(PROTECTED_NAMESPACES, PROTECTED_NAMESPACES.join(',')),
    )
    .option('--max-exception-duration <duration>', "as the operator's", durationValue, MAX_EXCEPTION_DURATION);
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}
