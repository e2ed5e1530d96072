import { Command } from 'commander';
import { clusterFlags, planningFlags } from './common-flags.ts';
import type { ClusterFlags, PlanningFlags } from './common-flags.ts';
import { outputOption } from './outputs.ts';
import type { Output } from './outputs.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;
type ReleaseFormat = (typeof FORMATS)[number];

export interface ReleaseFlags extends ClusterFlags, PlanningFlags {
  readonly policy?: string;
  readonly yes?: boolean;
  readonly output: readonly Output<ReleaseFormat>[];
}

const EXIT_CODES = `
Without --yes it asks, and where nobody can be asked it only shows.

Exit codes:
  0  nothing is left behind, or all that was is removed
  1  something is left behind: it was only shown, or not all of it could be removed
  2  wrong usage, no such namespace, or no answer`;

export function releaseCommand(action: (namespace: string, flags: ReleaseFlags) => Promise<void>): Command {
  const command = new Command('release')
    .description('remove what policies that are gone left behind in a namespace, after showing it')
    .argument('<namespace>', 'the namespace')
    .option('--policy <name>', 'only what this policy left behind')
    .option('-y, --yes', 'remove it without asking');
  clusterFlags(command);
  return planningFlags(command).addOption(outputOption(FORMATS)).action(action).addHelpText('after', EXIT_CODES);
}
