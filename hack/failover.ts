import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { resultsJson } from './bench/results.ts';
import { pageBlock, rowsOf } from './failover/figures.ts';
import { measureFailover } from './failover/run.ts';
import { tableOf } from './support/goal-rows.ts';
import { inProject } from './support/paths.ts';
import { withBlock } from './support/written-block.ts';

const PAGE = inProject('docs/operations.md');

const results = await measureFailover(
  {
    namespaces: number('N', 100),
    kills: number('KILLS', 10),
    stops: number('STOPS', 10),
    losses: number('LOSSES', 100),
  },
  tell,
);
const rows = rowsOf(results);
process.stdout.write(`${tableOf(rows).join('\n')}\n`);
const folder = process.env['RESULTS'];
const file = inProject(folder ?? 'docs/results', 'failover.json');
await mkdir(dirname(file), { recursive: true });
await writeFile(file, resultsJson(results));
tell(`written to ${file}`);
if (folder === undefined)
  await writeFile(PAGE, withBlock(await readFile(PAGE, 'utf8'), 'failover', pageBlock(results)));
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
