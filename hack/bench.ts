import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figuresTable } from './bench/report/tables.ts';
import { writeReport } from './bench/report/write.ts';
import { resultsJson } from './bench/results.ts';
import { PHASE_NAMES, run } from './bench/run.ts';
import { settingsFrom } from './bench/settings.ts';
import { inProject } from './support/paths.ts';

// `report` writes the tables and plots from the results that are there; without it they are measured.
if (process.argv[2] === 'report') writeReport();
else await measure();

async function measure(): Promise<void> {
  const settings = settingsFrom(process.env);
  const unknown = settings.phases.filter((name) => !PHASE_NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`PHASES knows ${PHASE_NAMES.join(', ')}, not ${unknown.join(', ')}`);
  const results = await run(settings, tell);
  process.stdout.write(`${figuresTable([results]).join('\n')}\n`);
  // Some phases alone are for whoever tunes: no results to keep.
  const folder = inProject(process.env['RESULTS'] ?? (settings.phases.length === 0 ? 'docs/results' : '.cache'));
  await mkdir(folder, { recursive: true });
  const file = join(folder, `bench-${settings.namespaces}.json`);
  await writeFile(file, resultsJson(results));
  tell(`written to ${file}`);
}

/** Progress, for whoever waits, with the minutes since the start. */
function tell(text: string): void {
  process.stderr.write(`${(performance.now() / 60_000).toFixed(1).padStart(5)} min  ${text}\n`);
}
