import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree } from '../../support/patched-tree.ts';

/** A mistake that operators have been shipped with, as a change of one place in ours. */
export interface Bug {
  /** `relist-keeps-vanished`: how tests and results call it. */
  readonly id: string;
  /** What goes wrong with it out there. */
  readonly standsFor: string;
  readonly file: string;
  /** Has to be there exactly once. */
  readonly text: string;
  readonly replacement: string;
  /** The plans that catch it: few, and quick. */
  readonly plans: readonly string[];
}

/** A copy of the sources with a bug in it. */
export interface BuggyTree {
  /** What to run instead of `src/main.ts`. */
  readonly entry: string;
  remove(): Promise<void>;
}

/** Puts a bug into a copy of the sources; rejects where the sources have moved on and it has no place any more. */
export async function seed(bug: Bug): Promise<BuggyTree> {
  const tree = await copyTree();
  try {
    const file = join(tree.dir, bug.file);
    await writeFile(file, mutated(await readFile(file, 'utf8'), bug));
    return { entry: join(tree.dir, 'src/main.ts'), remove: () => tree.remove() };
  } catch (error) {
    await tree.remove();
    throw error;
  }
}

/** The source with the bug in it. Throws unless the text is there exactly once. */
export function mutated(source: string, { id, file, text, replacement }: Bug): string {
  const pieces = source.split(text);
  const [before = '', after = ''] = pieces;
  if (pieces.length === 2) return before + replacement + after;
  throw new Error(
    `the seeded bug ${id} finds its text ${pieces.length - 1} times in ${file}: bring hack/faults/seeded/bugs.ts up to date with it`,
  );
}
