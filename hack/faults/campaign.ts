import { messageOf } from '../../src/errors.ts';
import { spelledCall } from '../support/fault-proxy/call-identity.ts';
import { each } from '../support/each.ts';
import { faultKindOf } from './fault-kinds.ts';
import type { FaultKind } from './fault-kinds.ts';
import { Lane } from './lane.ts';
import { judge, STABLE_MS } from './oracles.ts';
import type { Finding } from './oracles.ts';
import type { Plan } from './plan.ts';
import { play } from './play.ts';
import { referenceOf } from './reference.ts';
import type { Reference } from './reference.ts';
import type { RunRecord } from './run-record.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** What became of one plan. */
export interface Verdict {
  readonly plan: Plan;
  /** Nothing to object to where empty. */
  readonly findings: readonly Finding[];
  /** Its call never came, so that it proves no more than a run without a fault. */
  readonly unreached: boolean;
  /** From the trigger to convergence. */
  readonly ms: number;
  /** The calls of a failed run, to be read. */
  readonly calls: readonly string[];
}

/** How many plans of a group are under way at once in its lane; those that only watch are not counted. */
const WIDTHS: Readonly<Record<FaultKind['group'], number>> = {
  quick: 16,
  // The operator has ten connections for calls, of which each holds one for half a minute.
  held: 9,
  // One is killed at a time; the others prepare their worlds meanwhile.
  crash: 4,
};
/** A clear no, after which Parapet tries again at leisure. */
const REFUSALS: ReadonlySet<string> = new Set(['reply-403', 'reply-413']);
const PATIENCE_MS = 15_000;

const WORLDS_A_LANE = 200;
/** Killing has to be done one at a time: where there is much of it, there are two lanes to do it in. */
const CRASHES_A_LANE = 60;
const REFERENCE_RUNS = 3;
/** A call that came in every reference run may still be left out once, where it depends on the moment. */
const TRIES = 2;

/** Plays every scenario without a fault, several times: what plans are made of and measured by. */
export async function referenceRuns(): Promise<readonly Reference[]> {
  const lane = await Lane.start();
  try {
    return await Promise.all(
      SCENARIOS.map(async (scenario) => {
        const runs = Array.from({ length: REFERENCE_RUNS }, () => play({ lane, scenario, watchMs: 0 }));
        return referenceOf(scenario.name, await Promise.all(runs));
      }),
    );
  } finally {
    await lane.close();
  }
}

export interface Campaign {
  readonly plans: readonly Plan[];
  readonly references: readonly Reference[];
  /** Called as each plan is through. */
  readonly done: (verdict: Verdict) => void;
}

/** Runs every plan; groups that are in each other's way get lanes of their own. Resolves when the last is through. */
export async function runPlans({ plans, references, done }: Campaign): Promise<void> {
  const groups = Map.groupBy(plans, groupOf);
  await Promise.all(
    [...groups].flatMap(([group, members]) => {
      const work = { rest: members[Symbol.iterator](), group, references, done };
      const lanes = group === 'crash' && members.length > CRASHES_A_LANE ? 2 : 1;
      return Array.from({ length: lanes }, () => runGroup(work));
    }),
  );
}

/** Events are written one after another: where many worlds produce them, one may come minutes late, or be given up. */
function groupOf({ call, kind }: Plan): FaultKind['group'] {
  const group = faultKindOf(kind)?.group ?? 'quick';
  return group === 'quick' && call.includes(' events ') ? 'held' : group;
}

interface Work extends Pick<Campaign, 'references' | 'done'> {
  readonly group: FaultKind['group'];
  /** Shared by the lanes of the group: whoever is free takes the next. */
  readonly rest: Iterator<Plan, unknown, unknown> & Iterable<Plan>;
}

/**
 * One lane after another, each for so many plans: their worlds stay, and an operator with a thousand policies is another
 * suite's matter. The next one begins while the plans of the one before only watch.
 */
async function runGroup(work: Work): Promise<void> {
  const closing: Promise<void>[] = [];
  for (let plans = take(work.rest, WORLDS_A_LANE); plans.length > 0; plans = take(work.rest, WORLDS_A_LANE)) {
    const lane = await Lane.start();
    const { watched } = await runIn(lane, plans, work);
    closing.push(watched.then(() => lane.close()));
  }
  await Promise.all(closing);
}

function take<T>(rest: Iterator<T, unknown, unknown>, count: number): readonly T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = rest.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** Resolves when nothing is left to do but to watch; `watched` when that is over, too. */
async function runIn(
  lane: Lane,
  plans: readonly Plan[],
  { group, references, done }: Work,
): Promise<{ readonly watched: Promise<unknown> }> {
  const alone = group === 'crash' ? oneAtATime() : <T>(work: () => Promise<T>): Promise<T> => work();
  const watching: Promise<void>[] = [];
  await each(plans, WIDTHS[group], (plan) => {
    return new Promise<void>((resting) => {
      const run = runPlan(plan, { lane, references, alone, resting, done });
      watching.push(run.finally(resting));
      // Where the operator itself waits for up to a minute, the next plan need not.
      if (REFUSALS.has(plan.kind)) setTimeout(resting, PATIENCE_MS).unref();
    });
  });
  return { watched: Promise.all(watching) };
}

interface Means {
  readonly lane: Lane;
  readonly references: readonly Reference[];
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly resting: () => void;
  readonly done: Campaign['done'];
}

async function runPlan(plan: Plan, means: Means): Promise<void> {
  means.done(await verdictOf(plan, means));
}

async function verdictOf(plan: Plan, means: Means): Promise<Verdict> {
  const scenario = SCENARIOS.find(({ name }) => name === plan.scenario);
  const against = means.references.find((reference) => reference.scenario === plan.scenario);
  const kind = faultKindOf(plan.kind);
  if (scenario === undefined || against === undefined || kind === undefined) {
    throw new Error(`no such plan: ${plan.id}`);
  }
  try {
    return verdictOn(plan, await played({ scenario, against, kind, call: plan.call }, means), against);
  } catch (error) {
    const findings = [{ oracle: 'played', seen: `could not be played: ${messageOf(error)}` } as const];
    return { plan, findings, unreached: false, ms: 0, calls: [] };
  }
}

interface Cast {
  readonly scenario: Scenario;
  readonly against: Reference;
  readonly kind: FaultKind;
  readonly call: string;
}

async function played({ scenario, against, kind, call }: Cast, means: Means): Promise<RunRecord> {
  for (let tries = 1; ; tries += 1) {
    const record = await play({ ...means, scenario, against, armed: { call, kind }, watchMs: STABLE_MS });
    if (record.firedAt !== undefined || tries === TRIES) return record;
  }
}

function verdictOn(plan: Plan, record: RunRecord, against: Reference): Verdict {
  const findings = judge(record, against);
  const ms = Math.round((record.convergedAt ?? performance.now()) - record.triggeredAt);
  const unreached = record.firedAt === undefined;
  return {
    plan,
    findings,
    unreached,
    ms,
    calls: findings.length === 0 ? [] : record.calls.map((call) => told(call, record)),
  };
}

/** `+12 ms patch namespaces fw-00001: 409 (reply-409)`. */
function told(call: RunRecord['calls'][number], { triggeredAt }: RunRecord): string {
  const fault = call.fault === undefined ? '' : ` (${call.fault})`;
  const committed = call.status === undefined ? '' : `, at the API server ${call.status}`;
  const at = Math.round(call.arrivedAt - triggeredAt);
  return `+${at} ms ${spelledCall(call)}: ${call.told ?? 'no answer'}${fault}${committed}`;
}
