import type { PolicyCondition } from '../api/policy-status.ts';
import type { Verdicted } from './conditions.ts';

interface Moment {
  readonly previous: readonly PolicyCondition[] | undefined;
  readonly generation: number;
  /** RFC 3339. */
  readonly now: string;
}

/** A condition with its times: it keeps that of its last transition as long as its status stays. */
export function timed(condition: Verdicted, { previous, generation, now }: Moment): PolicyCondition {
  const before = previous?.find(({ type }) => type === condition.type);
  const lastTransitionTime =
    before !== undefined && before.status === condition.status ? before.lastTransitionTime : now;
  return { ...condition, observedGeneration: generation, lastTransitionTime };
}
