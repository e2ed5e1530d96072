import { writeFile } from 'node:fs/promises';
import { measureParapet } from './bench/measure.ts';
import type { ParapetRun } from './bench/measure.ts';
import { nullWrite } from './bench/null-writer.ts';
import type { NullRun } from './bench/null-writer.ts';
import { loadNow, markdown, summarize } from './bench/report.ts';
import { makeWorld } from './bench/world.ts';
import type { World } from './bench/world.ts';
import { inProject } from './support/paths.ts';

const namespaces = Number(process.env['N'] ?? 1000);
const repetitions = Number(process.env['REPEAT'] ?? (namespaces <= 300 ? 3 : 2));
const idleSeconds = Number(process.env['IDLE'] ?? 60);
const tamperings = Number(process.env['TAMPERINGS'] ?? 200);
/** A directory for profiles of the operator's. */
const profiles = process.env['PROFILE'] ?? '';

const nodeFlags = [
  ...(profiles === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]),
  ...(process.env['NODE_FLAGS'] ?? '').split(' ').filter((flag) => flag !== ''),
];

const loadBefore = loadNow();
const runs: ParapetRun[] = [];
const nullRuns: NullRun[] = [];

// By turns, so that whatever else the machine does meets both.
for (let repetition = 1; repetition <= repetitions; repetition += 1) {
  const options = repetition === repetitions ? { idleSeconds, tamperings } : undefined;
  const run = await inWorld(`Parapet, ${repetition} of ${repetitions}`, (world) =>
    measureParapet(world, nodeFlags, options),
  );
  tell(`  ${run.kept.length} objects in ${Math.round(run.convergence.ms)} ms`);
  runs.push(run);
  const nullRun = await inWorld(`null writer, ${repetition} of ${repetitions}`, (world) =>
    nullWrite(world, run.kept, 'parapet'),
  );
  tell(`  ${run.kept.length} objects in ${Math.round(nullRun.ms)} ms`);
  nullRuns.push(nullRun);
}

const last = runs.at(-1);
const asAdmin = await inWorld('null writer, as an admin', (world) => nullWrite(world, last?.kept ?? [], 'admin'));
tell(`  ${last?.kept.length} objects in ${Math.round(asAdmin.ms)} ms`);

const results = { namespaces, ...summarize({ runs, nullRuns, asAdmin, loadBefore }) };
const file = inProject('bench-results.json');
await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
process.stdout.write(markdown(results));
tell(`written to ${file}`);

async function inWorld<T>(what: string, work: (world: World) => Promise<T>): Promise<T> {
  tell(`${what}: ${namespaces} namespaces on a fresh control plane`);
  const world = await makeWorld(namespaces);
  try {
    return await work(world);
  } finally {
    await world.end();
  }
}

/** Progress, for whoever waits. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
