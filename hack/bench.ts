import { writeFile } from 'node:fs/promises';
import { measureParapet } from './bench/measure.ts';
import type { ParapetRun } from './bench/measure.ts';
import { nullWrite } from './bench/null-writer.ts';
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

const nodeFlags = profiles === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];

const loadBefore = loadNow();
const runs: ParapetRun[] = [];
const nullWriterMs: number[] = [];

// By turns, so that whatever else the machine does meets both.
for (let repetition = 1; repetition <= repetitions; repetition += 1) {
  const isLast = repetition === repetitions;
  const options = isLast ? { idleSeconds, tamperings, nodeFlags } : undefined;
  const run = await inWorld(`Parapet, ${repetition} of ${repetitions}`, (world) =>
    measureParapet(world, nodeFlags, options),
  );
  tell(`  ${run.kept.length} objects in ${Math.round(run.convergence.ms)} ms`);
  runs.push(run);
  const ms = await inWorld(`null writer, ${repetition} of ${repetitions}`, (world) => nullWrite(world, run.kept));
  tell(`  ${run.kept.length} objects in ${Math.round(ms)} ms`);
  nullWriterMs.push(ms);
}

const results = { namespaces, ...summarize(runs, nullWriterMs, loadBefore) };
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
