import { faultKindOf } from '../fault-kinds.ts';
import type { Lane } from '../lane.ts';
import { judge } from '../oracles.ts';
import type { Finding } from '../oracles.ts';
import { enumeratePlans } from '../plan.ts';
import type { Plan } from '../plan.ts';
import { play } from '../play.ts';
import type { Reference } from '../reference.ts';
import { SCENARIOS } from '../scenarios.ts';
import { runStreams } from '../streams/run-streams.ts';
import { enumerateStreamPlans, groupsOf } from '../streams/stream-plan.ts';
import { seed } from './bug.ts';
import type { Bug } from './bug.ts';

/** What the oracles of a plan had to say. */
export interface Judged {
  readonly plan: string;
  readonly findings: readonly Finding[];
}

/** Long enough for a status that comes late. */
const WATCH_MS = 2_000;
/** What a bug keeps from converging is not waited for as long as what may come late. */
const PATIENCE_MS = 12_000;

/** Puts an operator with the bug onto the lane, and runs the plans that are to catch it. */
export async function tryBug(lane: Lane, bug: Bug, references: readonly Reference[]): Promise<readonly Judged[]> {
  const usual = lane.startedWith();
  const { entry, remove } = await seed(bug);
  try {
    await lane.kill();
    await lane.restart({ ...usual, entry });
    return await runFew(lane, bug.plans, references);
  } finally {
    await lane.kill();
    await remove();
    await lane.restart(usual);
  }
}

/** Runs plans by their ids on the operator that is there; throws where one does not exist any more. */
export async function runFew(
  lane: Lane,
  ids: readonly string[],
  references: readonly Reference[],
): Promise<readonly Judged[]> {
  const streams = enumerateStreamPlans().filter(({ id }) => ids.includes(id));
  const calls = enumeratePlans(references).filter(({ id }) => ids.includes(id));
  const missing = ids.filter((id) => ![...streams, ...calls].some((plan) => plan.id === id));
  if (missing.length > 0) throw new Error(`no such plans: ${missing.join(', ')}; make faults LIST=1 shows them all`);
  const judged = await Promise.all(calls.map((plan) => runCall(lane, plan, references)));
  const run = { lane, groups: groupsOf(streams), references, watchMs: WATCH_MS, patienceMs: PATIENCE_MS };
  const verdicts = await runStreams(run);
  return [...judged, ...verdicts.map(({ plan, findings }) => ({ plan: plan.id, findings }))];
}

async function runCall(lane: Lane, plan: Plan, references: readonly Reference[]): Promise<Judged> {
  const scenario = SCENARIOS.find(({ name }) => name === plan.scenario);
  const against = references.find((reference) => reference.scenario === plan.scenario);
  const kind = faultKindOf(plan.kind);
  if (scenario === undefined || against === undefined || kind === undefined)
    throw new Error(`no such plan: ${plan.id}`);
  const armed = { call: plan.call, kind };
  const record = await play({ lane, scenario, against, armed, watchMs: WATCH_MS, patienceMs: PATIENCE_MS });
  const unreached: readonly Finding[] =
    record.firedAt === undefined ? [{ oracle: 'played', seen: 'its call never came' }] : [];
  return { plan: plan.id, findings: [...unreached, ...judge(record, against, WATCH_MS)] };
}
