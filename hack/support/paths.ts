import { resolve } from 'node:path';

/** The project's root. */
export const root = resolve(import.meta.dirname, '../..');

/** A file of the project; an absolute path stays as it is. */
export function inProject(...parts: readonly string[]): string {
  return resolve(root, ...parts);
}
