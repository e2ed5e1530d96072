import type { SlotState } from './namespace-plan.ts';
import { unknownActor } from './actor.ts';

/** So many repairs of one object within `QUICK_MS` are made at once; then they are paced (API contract, section 3). */
export const QUICK_REPAIRS = 3;
export const QUICK_MS = 60_000;
/** The wait doubles from the first to the longest. Never longer: a brake must not become a way out. */
export const FIRST_GAP_MS = 1_000;
export const LONGEST_GAP_MS = 15_000;
/** Two writers contest an object after so many repairs, or when paced ones have gone on for so long. */
export const CONTESTED_REPAIRS = 10;
export const CONTESTED_MS = 10 * 60_000;
/** Without a repair for so long all is forgotten. */
export const QUIET_MS = 10 * 60_000;

/**
 * The repairs of one object with less than ten quiet minutes between them. Times are milliseconds on a clock that never
 * steps.
 */
export interface Pace {
  readonly repairs: number;
  readonly startedAt: number;
  /** The latest `QUICK_REPAIRS`, oldest first. */
  readonly latest: readonly number[];
  /** How many of them were made since they are paced; absent while they are not. */
  readonly paced?: number;
  /** The last known field manager that was repaired after; `unknown` where none is. */
  readonly manager: string;
}

/** Whether mending a slot that stands so is a repair: the rollout of a policy, a first creation and a prune are not. */
export function isRepair(state: SlotState | undefined): boolean {
  return state !== undefined && REPAIRED.has(state);
}

const REPAIRED: ReadonlySet<SlotState> = new Set<SlotState>(['Missing', 'Modified', 'Replaced', 'Foreign']);

/** The pace with one more repair. */
export function afterRepair(before: Pace | undefined, at: number, actor: string): Pace {
  if (before === undefined || isOver(before, at)) return { repairs: 1, startedAt: at, latest: [at], manager: actor };
  const latest = [...before.latest, at].slice(-QUICK_REPAIRS);
  const paced = before.paced === undefined ? firstPaced(latest) : before.paced + 1;
  return {
    repairs: before.repairs + 1,
    startedAt: before.startedAt,
    latest,
    ...(paced === undefined ? {} : { paced }),
    // A deletion leaves no name, but doesn't clear one either.
    manager: actor === unknownActor ? before.manager : actor,
  };
}

/** What a report recorded of a pace, taken up again: never faster than it was. */
export function resumedPace(recorded: Pick<Pace, 'repairs' | 'startedAt' | 'manager'>, lastAt: number): Pace {
  return { ...recorded, latest: [lastAt], paced: Math.max(0, recorded.repairs - QUICK_REPAIRS) };
}

/** The next repair is not made before. */
export function dueAt({ latest, paced }: Pace): number {
  const last = latest.at(-1) ?? Number.NEGATIVE_INFINITY;
  return paced === undefined ? last : last + Math.min(LONGEST_GAP_MS, FIRST_GAP_MS * 2 ** Math.min(paced, 30));
}

/** Whether somebody else keeps writing: what is then told of it, and recorded. */
export function isFight(pace: Pace): boolean {
  return pace.paced !== undefined || isContested(pace);
}

/** Whether it has gone on for so long that people have to settle it. */
export function isContested({ repairs, paced, startedAt, latest }: Pace): boolean {
  const last = latest.at(-1) ?? startedAt;
  return repairs >= CONTESTED_REPAIRS || (paced !== undefined && last - startedAt >= CONTESTED_MS);
}

/** When it is forgotten, if nothing is repaired until then. */
export function endsAt({ latest, startedAt }: Pace): number {
  return (latest.at(-1) ?? startedAt) + QUIET_MS;
}

/** Whether it was quiet for long enough. */
export function isOver(pace: Pace, now: number): boolean {
  return now >= endsAt(pace);
}

/** A pace begins with the last of some quick repairs. */
function firstPaced(latest: readonly number[]): number | undefined {
  const [first = 0] = latest;
  const isQuick = latest.length === QUICK_REPAIRS && (latest.at(-1) ?? first) - first <= QUICK_MS;
  return isQuick ? 0 : undefined;
}
