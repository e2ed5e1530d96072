import { Command } from 'commander';
import { filesFlag, planningFlags } from './common-flags.ts';
import type { PlanningFlags } from './common-flags.ts';

export interface RenderFlags extends PlanningFlags {
  readonly filename: readonly string[];
  readonly namespace: string;
}

const EXIT_CODES = `
Exit codes:
  0  written
  2  wrong usage, or a file that can't be read or holds an invalid policy`;

export function renderCommand(action: (flags: RenderFlags) => Promise<void>): Command {
  const command = new Command('render')
    .description('print the objects that policies give a new namespace, as YAML')
    .requiredOption('-n, --namespace <name>', 'the namespace; its labels come from its manifest, if there is one');
  filesFlag(command, 'policies, and manifests of namespaces for their labels');
  return planningFlags(command).action(action).addHelpText('after', EXIT_CODES);
}
