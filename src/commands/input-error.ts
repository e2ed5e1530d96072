import { ManifestError } from '../manifests/manifest.ts';
import { messageOf } from '../errors.ts';

/** Wrong input that several lines tell best: each names a place and what is wrong there. */
export class InputError extends Error {
  constructor(lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'InputError';
  }
}

/** A failure as it is told on stderr. Lines that begin with a file's place stay so: editors and CI find it there. */
export function toldError(error: unknown): string {
  if (error instanceof InputError || error instanceof ManifestError) return `${error.message}\n`;
  return `parapet: ${messageOf(error)}\n`;
}
