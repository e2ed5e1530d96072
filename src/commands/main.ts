import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { createProgram } from './program.ts';
import { run } from './run.ts';

/** Where a command writes: data to `out`, everything else to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Wrong usage, as most Unix tools have it. */
const WRONG_USAGE = 2;

/** Runs a command line, without node and script; resolves with the exit code. */
export async function main(args: readonly string[], { out, err }: Terminal): Promise<number> {
  let exitCode = 0;
  const program = createProgram({
    run: async (flags) => {
      exitCode = await run(flags);
    },
    print: out,
  });
  for (const command of [program, ...program.commands]) strict(command, { out, err });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : WRONG_USAGE;
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
