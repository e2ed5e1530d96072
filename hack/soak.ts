import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resultsJson } from './bench/results.ts';
import { pageBlock, rowsOf, rssSlope } from './soak/figures.ts';
import { soak } from './soak/run.ts';
import { tableOf } from './support/goal-rows.ts';
import { inProject } from './support/paths.ts';
import { withBlock } from './support/written-block.ts';

const PAGE = inProject('docs/soak.md');
/** What is shorter proves that it works, and nothing else: it is not kept. */
const KEPT_MINUTES = 30;

const minutes = number('MINUTES', KEPT_MINUTES);
const stopped = process.env['STOPPED'] === '1';
const results = await soak({ minutes, namespaces: number('N', 500), perSecond: number('RATE', 10), stopped }, tell);
const rows = rowsOf(results);
process.stdout.write(`${tableOf(rows).join('\n')}\n`);
const kept = minutes >= KEPT_MINUTES && !stopped;
const file = inProject(kept ? 'docs/results' : '.cache', 'soak.json');
await mkdir(dirname(file), { recursive: true });
const { slope, margin } = rssSlope(results.samples, minutes);
await writeFile(file, resultsJson({ rssSlopeMiBPerHour: slope, rssSlopeMargin: margin, ...results }));
tell(`written to ${file}`);
if (kept) await writeFile(PAGE, withBlock(await readFile(PAGE, 'utf8'), 'soak', pageBlock(results)));
if (rows.some(({ met }) => met === false)) process.exitCode = 1;

/** From the environment; make passes an empty one where it was given none. */
function number(name: string, otherwise: number): number {
  const text = process.env[name] ?? '';
  return text === '' ? otherwise : Number(text);
}

/** Progress, for whoever waits. */
function tell(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
