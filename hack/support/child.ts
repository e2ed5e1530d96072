import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called for each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process that goes on until it is stopped. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it. */
  readonly exited: Promise<Exit>;
  /** How it ended; undefined while it runs. */
  ended(): Exit | undefined;
  /** SIGTERM, and SIGKILL when that isn't heard in time; resolves with how it ended. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL, and the end. */
  kill(): Promise<Exit>;
  signal(name: NodeJS.Signals): void;
}

/** Starts a process of our own; rejects where it can't be started. */
export async function startChild({ command, args, env, onLine }: ChildOptions): Promise<Child> {
  const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  const process_ = spawn(command, args, options);
  createInterface(process_.stdout).on('line', (line) => onLine?.(line, 'stdout'));
  createInterface(process_.stderr).on('line', (line) => onLine?.(line, 'stderr'));
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    process_.once('exit', (code, signal) => resolve((exit = { code, signal })));
  });
  await new Promise<void>((resolve, reject) => {
    process_.once('spawn', resolve);
    process_.once('error', (cause) => reject(new Error(`cannot start ${command}`, { cause })));
  });
  const end = (name: NodeJS.Signals): Promise<Exit> => {
    process_.kill(name);
    return exited;
  };
  return {
    pid: process_.pid ?? 0,
    exited,
    ended: () => exit,
    signal: (name) => void process_.kill(name),
    kill: () => end('SIGKILL'),
    stop: async (graceMs = 20_000) => {
      const timer = setTimeout(() => process_.kill('SIGKILL'), graceMs);
      return end('SIGTERM').finally(() => clearTimeout(timer));
    },
  };
}
