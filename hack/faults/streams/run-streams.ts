import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import type { Campaign, Verdict } from '../campaign.ts';
import { Lane } from '../lane.ts';
import { STABLE_MS } from '../oracles.ts';
import { complaintsIn } from '../play.ts';
import type { Reference } from '../reference.ts';
import { blindAttempt, blindWrites, converges, isOver, noted, prepared, travels, verdictOn } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Begun } from './stream-fault.ts';
import { groupsOf } from './stream-plan.ts';
import type { StreamGroup } from './stream-plan.ts';

/** How long a world may take to be well again once the fault is over, where the fault says nothing else. */
const DEADLINE_MS = 20_000;
/** Worlds that are made at once, for the groups to come. */
const AHEAD = 80;

/**
 * How the operator is run: elections are a matter of a few faults, and without a Lease neither a cut nor a busy machine
 * ends it.
 */
export const ALONE = { flags: ['--leader-elect=false'] };

export interface Streams {
  readonly lane: Lane;
  readonly groups: readonly StreamGroup[];
  readonly references: readonly Reference[];
  /** How long the worlds are watched at the very end. */
  readonly watchMs: number;
  /** How long convergence may take, where that is less than the fault's own. */
  readonly patienceMs?: number;
}

/** So many lanes share the groups: the longest only wait, for a minute and more. */
const LANES = 3;

/** Plays the plans, on lanes of their own; resolves when the last is through. */
export async function playStreams({
  plans,
  references,
  done,
}: Pick<Campaign, 'plans' | 'references' | 'done'>): Promise<void> {
  const groups = groupsOf(plans);
  const shares = Array.from({ length: Math.min(LANES, groups.length) }, (_, share) =>
    groups.filter((__, index) => index % LANES === share),
  );
  await Promise.all(
    shares.map(async (share) => {
      const lane = await Lane.start(ALONE);
      try {
        for (const verdict of await runStreams({ lane, groups: share, references, watchMs: STABLE_MS })) done(verdict);
      } finally {
        await lane.close();
      }
    }),
  );
}

/** Runs groups of plans one after another on one lane, and watches all their worlds until the end. */
export async function runStreams({
  lane,
  groups,
  references,
  watchMs,
  patienceMs,
}: Streams): Promise<readonly Verdict[]> {
  const cast: Actor[] = [];
  const rest = groups.map((group) => ({ group, size: group.scenarios.length }));
  while (rest.length > 0) {
    const chunk = takeUpTo(rest, AHEAD);
    const ready = await Promise.all(chunk.map((group) => prepared(lane, group, references)));
    for (const [index, group] of chunk.entries()) {
      const actors = ready[index] ?? [];
      await runGroup(lane, group, actors, patienceMs);
      cast.push(...actors);
    }
  }
  await delay(watchMs);
  return Promise.all(cast.map((actor) => verdictOn(lane, actor, watchMs)));
}

function takeUpTo(
  rest: { readonly group: StreamGroup; readonly size: number }[],
  worlds: number,
): readonly StreamGroup[] {
  const chunk: StreamGroup[] = [];
  let size = 0;
  while (rest.length > 0 && (chunk.length === 0 || size + (rest[0]?.size ?? 0) <= worlds)) {
    const next = rest.shift();
    if (next === undefined) break;
    chunk.push(next.group);
    size += next.size;
  }
  return chunk;
}

async function runGroup(lane: Lane, group: StreamGroup, actors: readonly Actor[], patienceMs?: number): Promise<void> {
  const { fault } = group;
  const usual = lane.startedWith();
  if (fault.operator !== undefined) await restarted(lane, { ...usual, ...fault.operator });
  const logged = lane.logs().length;
  const begun = await endure(lane, group, actors);
  const deadlineMs = Math.min(patienceMs ?? Number.POSITIVE_INFINITY, fault.deadlineMs ?? DEADLINE_MS);
  await Promise.all(actors.map((actor) => converges(lane, actor, deadlineMs)));
  await begun.over();
  const lines = fault.ends === true ? [] : lane.logs().slice(logged);
  for (const actor of actors) {
    actor.findings.push(...travels(lane));
    actor.complaints = complaintsIn(lines, actor.log);
    actor.exits = fault.ends === true ? [] : lane.endedSince(actor.triggeredAt);
  }
  if (fault.operator !== undefined) await restarted(lane, usual);
}

/** From the beginning of the fault, through all that happens meanwhile, to its release. */
async function endure(lane: Lane, { fault, kinds }: StreamGroup, actors: readonly Actor[]): Promise<Begun> {
  for (const actor of actors) {
    actor.log.arm(undefined);
    actor.triggeredAt = performance.now();
  }
  const begun = await fault.begin(lane, kinds);
  await Promise.all(actors.map((actor) => noted(actor, 'was not played', actor.scenario.trigger(actor.stage))));
  await Promise.all(actors.map((actor) => blindAttempt(actor, kinds)));
  if (fault.afterwards === true) await Promise.all(actors.map((actor) => noted(actor, 'did not end', isOver(actor))));
  await delay(begun.lagMs ?? 0);
  for (const actor of actors) actor.findings.push(...blindWrites(actor, kinds));
  const seen = await begun.release().catch((error: unknown) => [`the fault did not end: ${messageOf(error)}`]);
  for (const { findings } of actors) findings.push(...seen.map((each) => ({ oracle: 'played', seen: each }) as const));
  return begun;
}

async function restarted(lane: Lane, options: Parameters<Lane['restart']>[0]): Promise<void> {
  await lane.kill();
  await lane.restart(options);
}
