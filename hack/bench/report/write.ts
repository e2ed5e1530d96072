import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { GeneratedFile } from '../../generate/generated-file.ts';
import { inProject } from '../../support/paths.ts';
import type { Results } from '../results.ts';
import { plots, withFigures } from './page.ts';

const PAGE = 'docs/performance.md';
const RESULTS = 'docs/results';

/** The committed results, fewest namespaces first. */
export function committedResults(): readonly Results[] {
  return readdirSync(inProject(RESULTS))
    .filter((name) => /^bench-\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(inProject(RESULTS, name), 'utf8')) as Results)
    .toSorted((a, b) => a.namespaces - b.namespaces);
}

/** What is written from them: the page and its plots. */
export function reportFiles(): readonly GeneratedFile[] {
  const all = committedResults();
  return [{ path: PAGE, content: withFigures(readFileSync(inProject(PAGE), 'utf8'), all) }, ...plots(all)];
}

/** Writes them. */
export function writeReport(): void {
  for (const { path, content } of reportFiles()) writeFileSync(inProject(path), content);
}
