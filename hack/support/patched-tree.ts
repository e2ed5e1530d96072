import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Installed or built: linked into the copy. */
const LINKED = ['node_modules', 'hack/bin'];

/** A copy of the project as it is in the working tree, in a git repository of its own. */
export interface PatchedTree {
  readonly dir: string;
  /** Runs a program of node_modules or the system in the copy; resolves with its stdout, rejects with all it said. */
  run(program: string, ...args: readonly string[]): Promise<string>;
  /** Files that are not as they were at the last `mark()`. */
  changed(): Promise<readonly string[]>;
  mark(): Promise<void>;
  remove(): Promise<void>;
}

/** Copies what git knows or would add, and marks it. */
export async function copyTree(): Promise<PatchedTree> {
  const dir = await mkdtemp(join(tmpdir(), 'parapet-extension-'));
  const run: PatchedTree['run'] = (program, ...args) => runIn(dir, program, args);
  const listed = lines(await runIn(root, 'git', ['ls-files', '--cached', '--others', '--exclude-standard']));
  // A deletion that is not committed is still listed, and so is a link that stands where git ignores a folder.
  const files = listed.filter((file) => existsSync(join(root, file)) && !LINKED.includes(file));
  for (const file of new Set(files)) await cp(join(root, file), join(dir, file));
  for (const folder of LINKED) await symlink(join(root, folder), join(dir, folder));
  await run('git', 'init', '--quiet');
  await appendFile(join(dir, '.git/info/exclude'), LINKED.map((folder) => `/${folder}\n`).join(''));
  const tree: PatchedTree = {
    dir,
    run,
    changed: async () => [
      ...lines(await run('git', 'diff', '--name-only')),
      ...lines(await run('git', 'ls-files', '--others', '--exclude-standard')),
    ],
    mark: async () => {
      await run('git', 'add', '--all');
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
  await tree.mark();
  return tree;
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function runIn(cwd: string, program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env: environment(), maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error }));
    });
  });
}

/** Without what a git hook, mocha or a coverage run around this process says about another tree and other tests. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(GIT_|MOCHA_|NODE_V8_COVERAGE$|PATH$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return { ...Object.fromEntries(inherited), PATH: path };
}
