import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called for each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
}

/** A process that goes on until it is stopped. */
export interface Child {
  readonly pid: number;
  /** Its exit code once it has ended, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  /** How it ended; undefined while it runs. */
  ended(): number | string | undefined;
  /** SIGTERM, and SIGKILL when that isn't heard in time; resolves when it has ended. */
  stop(graceMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a process of our own; rejects where it can't be started. */
export async function startChild({ command, args, env, onLine }: ChildOptions): Promise<Child> {
  const process_ = spawn(command, args, { env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  createInterface(process_.stdout).on('line', (line) => onLine?.(line, 'stdout'));
  createInterface(process_.stderr).on('line', (line) => onLine?.(line, 'stderr'));
  let result: number | string | undefined;
  const exited = new Promise<number | string>((resolve) => {
    process_.once('exit', (code, signal) => resolve((result = code ?? signal ?? 'unknown')));
  });
  await new Promise<void>((resolve, reject) => {
    process_.once('spawn', resolve);
    process_.once('error', (cause) => reject(new Error(`cannot start ${command}`, { cause })));
  });
  return {
    pid: process_.pid ?? 0,
    exited,
    ended: () => result,
    kill: (signal) => void process_.kill(signal),
    stop: async (graceMs = 20_000) => {
      process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
