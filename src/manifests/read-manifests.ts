import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ManifestError } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { parseManifests } from './parse-manifests.ts';

/** The path that means standard input. */
const STDIN = '-';
const EXTENSIONS = /\.(ya?ml|json)$/;
/** Told apart by name, as kustomize does: it is read by kustomize, not by the API server. */
const KUSTOMIZATION = /^kustomization\.ya?ml$/i;

/**
 * Every object of the files and directories, in the order given and by name within a directory. Directories are read
 * recursively: `*.yaml`, `*.yml` and `*.json`, without names that begin with a dot and kustomizations. Throws a
 * ManifestError for the first that can't be read.
 */
export async function readManifests(
  paths: readonly string[],
  stdin: NodeJS.ReadableStream = process.stdin,
): Promise<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  for (const path of paths) {
    for (const file of path === STDIN ? [STDIN] : await filesBelow(path)) {
      manifests.push(...parseManifests(shownAs(file), await contentOf(file, stdin)));
    }
  }
  return manifests;
}

function shownAs(file: string): string {
  return file === STDIN ? '<stdin>' : file;
}

async function filesBelow(path: string): Promise<readonly string[]> {
  if (!(await reading(path, stat(path))).isDirectory()) return [path];
  const entries = await reading(path, readdir(path, { withFileTypes: true }));
  const wanted = entries
    .filter(({ name }) => !name.startsWith('.') && !KUSTOMIZATION.test(basename(name)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const below = await Promise.all(
    wanted.map(async (entry) => {
      const child = join(path, entry.name);
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(child)).isDirectory());
      if (isFolder) return filesBelow(child);
      return EXTENSIONS.test(entry.name) ? [child] : [];
    }),
  );
  return below.flat();
}

function contentOf(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  return file === STDIN ? text(stdin) : reading(file, readFile(file, 'utf8'));
}

async function reading<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ManifestError({ file }, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}
