import { Command } from 'commander';
import { planningFlags, sourceFlags } from './common-flags.ts';
import type { PlanningFlags, SourceFlags } from './common-flags.ts';
import { outputOption } from './outputs.ts';
import type { Output } from './outputs.ts';

const FORMATS = ['table', 'json', 'yaml'] as const;
type ExplainFormat = (typeof FORMATS)[number];

export interface ExplainFlags extends SourceFlags, PlanningFlags {
  readonly output: readonly Output<ExplainFormat>[];
}

const EXIT_CODES = `
Exit codes:
  0  explained
  2  wrong usage, no such namespace, or no answer`;

export function explainCommand(action: (namespace: string, flags: ExplainFlags) => Promise<void>): Command {
  const command = new Command('explain')
    .description('tell which policies select a namespace and why, who won each object, and what differs')
    .argument('<namespace>', 'the namespace');
  sourceFlags(command);
  return planningFlags(command).addOption(outputOption(FORMATS)).action(action).addHelpText('after', EXIT_CODES);
}
