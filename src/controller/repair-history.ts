import type { PostureContent, PostureContest } from '../api/posture.ts';
import type { SlotState } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';
import {
  afterRepair,
  endsAt,
  FIRST_GAP_MS,
  isContested,
  isFight,
  isOver,
  isRepair,
  resumedPace,
} from '../plan/pace.ts';
import type { Pace } from '../plan/pace.ts';
import type { Contest, SlotReport } from '../status/settle.ts';

/** One moment on both clocks: `ms` never steps, `date` is for others to read. */
export interface Moment {
  readonly ms: number;
  readonly date: Date;
}

/** What is remembered of one slot's repairs. */
export interface RepairHistory {
  readonly bout?: Bout;
  readonly told?: Told;
}

/** Repairs without ten quiet minutes in between; times as a report has them. */
interface Bout {
  readonly pace: Pace;
  readonly since: string;
  readonly lastRepairTime: string;
}

/**
 * How an object was first seen whose repair waits for its turn, or was overtaken by somebody else's write. Until then the report stays so: whoever changes it, or
 * changes it back, a thousand times meanwhile causes no write of ours.
 */
interface Told {
  /** On the clock that never steps. */
  readonly until: number;
  readonly detected: string;
  readonly shown: Pick<SlotReport, 'state' | 'reason' | 'message' | 'diffs' | 'actor'>;
}

export interface Look {
  /** What became of the slot's change; undefined where it had none. */
  readonly outcome: Outcome | undefined;
  readonly now: Moment;
}

/** The history after one more look at the slot. */
export function lookedAt(before: RepairHistory | undefined, slot: SlotReport, { outcome, now }: Look): RepairHistory {
  const known = before?.bout === undefined || isOver(before.bout.pace, now.ms) ? undefined : before.bout;
  if (isRepair(slot.repaired)) return { bout: repaired(known, slot.actor, now) };
  const told = stillTold(before?.told, slot, { outcome, now });
  return { ...(known === undefined ? {} : { bout: known }), ...(told === undefined ? {} : { told }) };
}

export function isForgotten({ bout, told }: RepairHistory, now: number): boolean {
  return (bout === undefined || isOver(bout.pace, now)) && (told === undefined || told.until <= now);
}

/** When the report changes though nobody does anything; infinity where it doesn't. */
export function nextChangeAt({ bout, told }: RepairHistory): number {
  const turn = told?.until ?? Number.POSITIVE_INFINITY;
  return bout !== undefined && isFight(bout.pace) ? Math.min(turn, endsAt(bout.pace)) : turn;
}

/** What a report says of it; undefined while it is nothing but a repair or two. */
export function contestOf({ bout }: RepairHistory): Contest | undefined {
  if (bout === undefined || !isFight(bout.pace)) return undefined;
  const { pace, since, lastRepairTime } = bout;
  const { manager, repairs } = pace;
  return { manager, repairs, since, lastRepairTime, contested: isContested(pace) };
}

/**
 * The histories of a namespace's slots, after a restart, from its report: a fight goes on at the pace it had, and of
 * what was not yet one the recent repairs count.
 */
export function resumed(posture: PostureContent | undefined, now: Moment): ReadonlyMap<string, RepairHistory> {
  const { slots = [], recentRepairs = [] } = posture ?? {};
  const fights = new Map(slots.flatMap(({ slot, contest }) => recordedFight(slot, contest, now)));
  const bouts = new Map(fights);
  for (const { slot, kind, actor, repairedTime } of recentRepairs.toReversed()) {
    const ms = msOf(repairedTime, now);
    if (fights.has(slot) || Number.isNaN(ms) || !isRepair(kind as SlotState)) continue;
    bouts.set(slot, repaired(bouts.get(slot), actor, { ms, date: new Date(repairedTime) }));
  }
  return new Map([...bouts].filter(([, { pace }]) => !isOver(pace, now.ms)).map(([slot, bout]) => [slot, { bout }]));
}

function recordedFight(
  slot: string,
  contest: PostureContest | undefined,
  now: Moment,
): readonly (readonly [string, Bout])[] {
  if (contest === undefined) return [];
  const { manager, repairs, since, lastRepairTime } = contest;
  const [startedAt, lastAt] = [msOf(since, now), msOf(lastRepairTime, now)];
  if (Number.isNaN(startedAt + lastAt)) return [];
  return [[slot, { pace: resumedPace({ repairs, startedAt, manager }, lastAt), since, lastRepairTime }]];
}

function repaired(known: Bout | undefined, actor: string, { ms, date }: Moment): Bout {
  const pace = afterRepair(known?.pace, ms, actor);
  const lastRepairTime = date.toISOString();
  return { pace, since: pace.repairs === 1 ? lastRepairTime : (known?.since ?? lastRepairTime), lastRepairTime };
}

function stillTold(told: Told | undefined, slot: SlotReport, { outcome, now }: Look): Told | undefined {
  const standing = told !== undefined && now.ms < told.until ? told : undefined;
  // Changed back before its turn.
  if (outcome === undefined) return slot.state === 'OK' ? standing : undefined;
  const afterMs = waitOf(outcome);
  if (afterMs === undefined || !isRepair(slot.state)) return undefined;
  const { state, reason, message, diffs, actor } = slot;
  const shown = { state, reason, message, diffs, actor };
  return standing ?? { until: now.ms + afterMs, detected: now.date.toISOString(), shown };
}

/** A repair that somebody else's writes keep overtaking is tried at once, but told of once a second. */
function waitOf(outcome: Outcome): number | undefined {
  if (outcome.result === 'paced') return outcome.afterMs;
  return outcome.result === 'stale' ? FIRST_GAP_MS : undefined;
}

/** A time of a report on the clock that never steps; what lies in the future was just now. NaN where it is none. */
function msOf(time: string, { ms, date }: Moment): number {
  return ms - Math.max(0, date.getTime() - Date.parse(time));
}
