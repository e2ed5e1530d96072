import { Command } from 'commander';
import { filesFlag, planningFlags, sourceFlags } from './common-flags.ts';
import type { PlanningFlags, SourceFlags } from './common-flags.ts';
import { outputOption } from './outputs.ts';
import type { Output } from './outputs.ts';

export const PLAN_FORMATS = ['table', 'json', 'yaml', 'markdown'] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface PlanFlags extends SourceFlags, PlanningFlags {
  readonly filename: readonly string[];
  readonly output: readonly Output<PlanFormat>[];
  readonly detailedExitcode?: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  no change
  1  changes; with --detailed-exitcode 2
  2  wrong usage, or no answer; with --detailed-exitcode 1`;

export function planCommand(action: (flags: PlanFlags) => Promise<void>): Command {
  const command = new Command('plan').description('show what policies would change, without changing anything');
  filesFlag(command, 'policies as they are to be, and new or relabelled namespaces');
  sourceFlags(command);
  return planningFlags(command)
    .addOption(outputOption(PLAN_FORMATS))
    .option('--detailed-exitcode', "Terraform's exit codes: 0 no change, 1 error, 2 changes")
    .action(action)
    .addHelpText('after', EXIT_CODES);
}
