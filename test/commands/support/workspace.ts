import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { main } from '../../../src/commands/main.ts';

/** How a command ended and what it said. */
export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A directory of files, and Parapet's command line within reach. */
export interface Workspace {
  /** The path of a file or folder in it. */
  path(name: string): string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

export async function createWorkspace(): Promise<Workspace> {
  const dir = await mkdtemp(join(tmpdir(), 'parapet-commands-'));
  const path = (name: string): string => join(dir, name);
  return {
    path,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(path(name)), { recursive: true });
        await writeFile(path(name), text);
      }
    },
    remove: () => rm(dir, { recursive: true }),
  };
}

/** Runs a command line in this process. */
export async function parapet(...args: readonly string[]): Promise<Result> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}
