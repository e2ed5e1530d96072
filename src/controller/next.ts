import type { NamespacePlan, SlotPlan } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';

/**
 * When the queue is to look at the namespace again: `backoff` soon and then ever later, `later` at leisure, `held` when
 * what runs there may have changed.
 */
export interface Next {
  readonly when: 'settled' | 'backoff' | 'later' | 'held';
  /** Not before: what the API server asked for with Retry-After. */
  readonly atLeastMs?: number;
  /** After so long at the latest, whatever `when` says: something happens then by itself. */
  readonly lookAgainMs?: number;
}

/**
 * A namespace that is said to be gone is looked at again as long as it is not seen to go: one of several API servers may
 * not have heard of a new one, and then nothing would ever ask again.
 */
const GONE_MS = 1_000;

/** A clear no will be the same in a moment; everything else deserves a quick second try. */
export function nextOf(
  planned: NamespacePlan,
  outcomes: ReadonlyMap<string, Outcome>,
  reported: Outcome | undefined,
): Next {
  const all = [...outcomes.values(), ...(reported === undefined ? [] : [reported])];
  const results = new Set(all.map(({ result }) => result));
  if (results.has('gone')) return { when: 'backoff', atLeastMs: GONE_MS };
  const untried = planned.slots.some(({ slot, change }) => change !== undefined && !outcomes.has(slot));
  if (!untried && !results.has('retry') && !results.has('stale')) {
    if (results.has('refused')) return { when: 'later' };
    return { when: planned.slots.some(isHeld) ? 'held' : 'settled' };
  }
  return { when: 'backoff', atLeastMs: Math.max(0, ...all.map((outcome) => askedToWaitMs(outcome))) };
}

function isHeld({ state, afterwards }: SlotPlan): boolean {
  return (afterwards?.state ?? state) === 'Held';
}

function askedToWaitMs(outcome: Outcome): number {
  return outcome.result === 'retry' ? (outcome.afterMs ?? 0) : 0;
}
