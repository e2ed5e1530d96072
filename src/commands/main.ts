import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { toldError } from './input-error.ts';
import { createProgram } from './program.ts';
import { explain } from './explain.ts';
import { plan } from './plan.ts';
import { release } from './release.ts';
import { render } from './render.ts';
import { run } from './run.ts';

/** Where a command writes: data to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Puts a question that is answered with yes or no; absent where nobody is there to answer. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** Wrong usage, as most Unix tools have it. */
const WRONG_USAGE = 2;
/** Of the commands that inspect: no answer. */
const FAILED = 2;
/** The same where 2 means changes. */
const DETAILED_FAILED = 1;

/** Runs a command line, without node and script; resolves with the exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  const { out, err } = terminal;
  let exitCode = 0;
  const ending = async (work: Promise<number>): Promise<void> => {
    exitCode = await work;
  };
  /** Whatever goes wrong is an error, and never looks like an answer: 1 has a meaning of its own there. */
  const inspecting = (work: Promise<number>, failed = FAILED): Promise<void> =>
    ending(
      work.catch((error: unknown) => {
        err(toldError(error));
        return failed;
      }),
    );
  const program = createProgram(
    { run: (flags) => ending(run(flags)), print: out },
    {
      explain: (namespace, flags) => inspecting(explain(namespace, flags, terminal)),
      plan: (flags) => inspecting(plan(flags, terminal), flags.detailedExitcode === true ? DETAILED_FAILED : FAILED),
      release: (namespace, flags) => inspecting(release(namespace, flags, terminal)),
      render: (flags) => inspecting(render(flags, terminal)),
    },
  );
  for (const command of [program, ...program.commands]) strict(command, { out, err });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    return args.includes('--detailed-exitcode') ? DETAILED_FAILED : WRONG_USAGE;
  }
}

/** Wrong usage is one line and a code, never a `process.exit` in the middle. */
function strict(command: Command, { out, err }: Terminal): void {
  command
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(text.replace(/^error: /, 'parapet: ')),
    });
}
