import { Command } from 'commander';
import { explainCommand } from './explain-command.ts';
import type { ExplainFlags } from './explain-command.ts';
import { planCommand } from './plan-command.ts';
import type { PlanFlags } from './plan-command.ts';
import { releaseCommand } from './release-command.ts';
import type { ReleaseFlags } from './release-command.ts';
import { renderCommand } from './render-command.ts';
import type { RenderFlags } from './render-command.ts';
import { runCommand } from './run-command.ts';
import type { RunFlags } from './run-command.ts';
import { version } from './version.ts';

/** What the commands do. */
export interface Actions {
  readonly run: (flags: RunFlags) => Promise<void>;
  readonly print: (text: string) => void;
}

/** What the commands do that look at a cluster: all of them tell, and `release` also removes. */
export interface Inspections {
  readonly explain: (namespace: string, flags: ExplainFlags) => Promise<void>;
  readonly plan: (flags: PlanFlags) => Promise<void>;
  readonly release: (namespace: string, flags: ReleaseFlags) => Promise<void>;
  readonly render: (flags: RenderFlags) => Promise<void>;
}

/** For those who only want the definitions. */
const NO_INSPECTIONS: Inspections = {
  explain: () => Promise.resolve(),
  plan: () => Promise.resolve(),
  release: () => Promise.resolve(),
  render: () => Promise.resolve(),
};

/** The whole command line: parsing, help, and the source of `docs/reference/cli.md`. */
export function createProgram(
  { run, print }: Actions,
  { explain, plan, release, render }: Inspections = NO_INSPECTIONS,
): Command {
  return new Command('parapet')
    .description('Keeps every namespace of a Kubernetes cluster at the security posture its platform team declares.')
    .addCommand(runCommand(run))
    .addCommand(planCommand(plan))
    .addCommand(explainCommand(explain))
    .addCommand(renderCommand(render))
    .addCommand(releaseCommand(release))
    .addCommand(new Command('version').description('print the version').action(() => print(`parapet ${version}\n`)));
}
