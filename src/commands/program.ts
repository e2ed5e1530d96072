import { Command } from 'commander';
import { runCommand } from './run-command.ts';
import type { RunFlags } from './run-command.ts';
import { version } from './version.ts';

/** What the commands do. */
export interface Actions {
  readonly run: (flags: RunFlags) => Promise<void>;
  readonly print: (text: string) => void;
}

/** The whole command line: parsing, help, and the source of `docs/reference/cli.md`. */
export function createProgram({ run, print }: Actions): Command {
  return new Command('parapet')
    .description('Keeps every namespace of a Kubernetes cluster at the security posture its platform team declares.')
    .addCommand(runCommand(run))
    .addCommand(new Command('version').description('print the version').action(() => print(`parapet ${version}\n`)));
}
