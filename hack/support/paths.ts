import { join, resolve } from 'node:path';

/** The project's root. */
export const root = resolve(import.meta.dirname, '../..');

/** A file of the project. */
export function inProject(...parts: readonly string[]): string {
  return join(root, ...parts);
}
