import { readFileSync } from 'node:fs';
import { inProject } from '../support/paths.ts';

/** What the image's entry point tells node: the operator is measured as it is shipped. Throws where there is none. */
export function imageFlags(dockerfile = readFileSync(inProject('Dockerfile'), 'utf8')): readonly string[] {
  const entry = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (entry === undefined) throw new Error('the Dockerfile has no ENTRYPOINT in the form of a list');
  const [, ...words] = JSON.parse(entry) as readonly string[];
  return words.slice(
    0,
    words.findIndex((word) => !word.startsWith('--')),
  );
}
