import { leftBehind } from './left-behind.ts';
import type { Kept } from './left-behind.ts';
import { nullWrite, posting } from './null-writer.ts';
import type { Identity, NullRun } from './null-writer.ts';
import { POLICY } from './phase.ts';
import type { Setting } from './phase.ts';
import { converge } from './phases/convergence.ts';
import type { Convergence } from './phases/convergence.ts';
import { measureDowntime } from './phases/downtime.ts';
import { measureEdits } from './phases/edit.ts';
import { measureIdle } from './phases/idle.ts';
import { measureLateNamespaces } from './phases/late-namespaces.ts';
import { measureRepairs } from './phases/repair.ts';
import { measureRestart } from './phases/restart.ts';
import { measureStartup } from './phases/startup.ts';
import { measureStorms } from './phases/storm.ts';
import { loadNow, machine, versionsIn } from './results.ts';
import type { Found, Results, Versions } from './results.ts';
import type { Settings } from './settings.ts';
import { Subject } from './subject.ts';
import { makeWorld } from './world.ts';
import type { World } from './world.ts';

/** What is measured in a world that has converged, one after the other. Each leaves it converged. */
const PHASES: readonly { readonly name: string; readonly measure: (setting: Setting) => Promise<Partial<Found>> }[] = [
  { name: 'idle', measure: async (setting) => ({ idle: await measureIdle(setting) }) },
  { name: 'repair', measure: async (setting) => ({ repairs: await measureRepairs(setting) }) },
  { name: 'storm', measure: async (setting) => ({ storms: await measureStorms(setting) }) },
  { name: 'edit', measure: async (setting) => ({ edits: await measureEdits(setting) }) },
  { name: 'restart', measure: async (setting) => ({ restart: await measureRestart(setting) }) },
  { name: 'downtime', measure: async (setting) => ({ downtime: await measureDowntime(setting) }) },
  // The last one: these namespaces stay.
  { name: 'late', measure: async (setting) => ({ lateNamespaces: await measureLateNamespaces(setting) }) },
];

/** Measured in worlds of their own. */
const NULL = 'null';
const STARTUP = 'startup';

export const PHASE_NAMES: readonly string[] = [NULL, ...PHASES.map(({ name }) => name), STARTUP];

/** Progress, for whoever waits. */
export type Tell = (text: string) => void;

/** The whole benchmark for one number of namespaces, or the phases asked for. */
export async function run(settings: Settings, tell: Tell): Promise<Results> {
  const from = performance.now();
  const about = { namespaces: settings.namespaces, date: new Date().toISOString(), machine: machine() };
  const loadBefore = loadNow();
  const { versions, ...found } = await repetitions(settings, tell);
  const startup = wanted(settings, STARTUP)
    ? {
        startup: await told(tell, 'tamperings during start-up, in a world of their own', () =>
          measureStartup(settings),
        ),
      }
    : {};
  return { ...about, loadBefore, versions, seconds: (performance.now() - from) / 1000, ...found, ...startup };
}

/** Parapet and the null writer by turns, so that whatever else the machine does meets both. */
async function repetitions(settings: Settings, tell: Tell): Promise<Found & { readonly versions: Versions }> {
  const convergence: Convergence[] = [];
  const nullWriter: NullRun[] = [];
  let rest: Parapet | undefined;
  for (let left = settings.repetitions; left > 0; left -= 1) {
    rest = await parapet({
      settings,
      tell,
      phases: left === 1 ? PHASES.filter(({ name }) => wanted(settings, name)) : [],
    });
    convergence.push(rest.convergence);
    if (wanted(settings, NULL)) nullWriter.push(await writeAnew(rest.kept, settings, tell));
  }
  if (rest === undefined) throw new Error('REPEAT must be 1 or more');
  const { versions, found, kept } = rest;
  if (nullWriter.length === 0) return { versions, convergence, ...found };
  const asAdmin = settings.asAdmin ? { asAdmin: await writeAnew(kept, settings, tell, 'admin') } : {};
  return { versions, convergence, nullWriter, ...asAdmin, ...found };
}

interface Parapet {
  readonly convergence: Convergence;
  readonly kept: readonly Kept[];
  readonly versions: Versions;
  readonly found: Partial<Found>;
}

interface ParapetOptions {
  readonly settings: Settings;
  readonly phases: typeof PHASES;
  readonly tell: Tell;
}

async function parapet({ settings, phases, tell }: ParapetOptions): Promise<Parapet> {
  return inWorld(settings, tell, async (world) => {
    const subject = new Subject(world, settings.nodeFlags);
    try {
      await subject.start();
      const work = (): Promise<Convergence> => converge(world, subject, POLICY, settings.namespaces);
      const convergence = await told(tell, 'Parapet converges', work);
      const kept = await leftBehind(world.admin, POLICY);
      const setting = { world, subject, kept, settings };
      let found: Partial<Found> = {};
      for (const { name, measure } of phases) {
        found = { ...found, ...(await told(tell, name, () => measure(setting))) };
      }
      await subject.stop();
      const lives = phases.length === 0 ? {} : { lives: subject.lives };
      return { convergence, kept, versions: await versionsIn(world), found: { ...found, ...lives } };
    } finally {
      await subject.stop();
    }
  });
}

function writeAnew(kept: readonly Kept[], settings: Settings, tell: Tell, identity?: Identity): Promise<NullRun> {
  return inWorld(settings, tell, (world) =>
    told(tell, `null writer${identity === 'admin' ? ' as an admin' : ''}`, () =>
      nullWrite(world, kept.map(posting), identity),
    ),
  );
}

async function inWorld<T>({ namespaces }: Settings, tell: Tell, work: (world: World) => Promise<T>): Promise<T> {
  const making = (): Promise<World> => makeWorld({ [POLICY]: namespaces });
  const world = await told(tell, `a fresh control plane with ${namespaces} namespaces`, making);
  try {
    return await work(world);
  } finally {
    await world.end();
  }
}

async function told<T>(tell: Tell, what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  tell(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
  return result;
}

function wanted({ phases }: Settings, name: string): boolean {
  return phases.length === 0 || phases.includes(name);
}
