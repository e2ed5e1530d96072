import { existsSync, readFileSync } from 'node:fs';
import { committedResults } from '../bench/report/write.ts';
import type { Results } from '../bench/results.ts';
import { inProject } from '../support/paths.ts';

/** What runs have left in docs/results. */
export interface CommittedResults {
  readonly bench: readonly Results[];
  /** The content of another file; undefined where nobody has measured that yet. */
  readonly file: (name: string) => unknown;
}

/** Reads them as they are now. */
export function resultsInTree(): CommittedResults {
  return {
    bench: committedResults(),
    file: (name) => {
      const path = inProject('docs/results', name);
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined;
    },
  };
}
