import { MAX_LAST_REPAIRS } from '../api/policy-status.ts';
import type { PolicyRepair, PolicyStatus } from '../api/policy-status.ts';
import { decideConditions } from './conditions.ts';
import type { Situation } from './conditions.ts';
import { timed } from './timed.ts';
import type { Totals } from './totals.ts';

export interface PolicyStatusInput extends Situation {
  /** Repairs since the previous status, oldest first. */
  readonly repairs: readonly PolicyRepair[];
  readonly previous?: PolicyStatus;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * A policy's status: below 64 KiB at any number of namespaces, and the same content where nothing happened, so that
 * nothing is written.
 */
export function policyStatus(input: PolicyStatusInput): PolicyStatus {
  const { policy, totals, previous, now } = input;
  const at = { previous: previous?.conditions, generation: policy.generation, now };
  const conditions = decideConditions(input).map((condition) => timed(condition, at));
  return {
    // A reader that waits for this generation must not be told "done" before anything was looked at.
    observedGeneration: policy.generation,
    conditions,
    namespaces: {
      matched: totals.matched,
      compliant: totals.compliant,
      drifted: totals.drifted,
      blocked: totals.blocked,
      held: totals.held,
      exempt: totals.exempt,
      pending: totals.pending,
      summary: `${totals.compliant}/${totals.matched}`,
    },
    drift: driftOf(totals, input.repairs, previous, now),
    worst: [...totals.worst],
    truncated: totals.truncated,
  };
}

function driftOf(
  totals: Totals,
  repairs: readonly PolicyRepair[],
  previous: PolicyStatus | undefined,
  now: string,
): NonNullable<PolicyStatus['drift']> {
  const { open = 0, lastDetectedTime, lastRepairs = [] } = previous?.drift ?? {};
  const detected = totals.openDrift > open ? now : (repairs.at(-1)?.time ?? lastDetectedTime);
  return {
    open: totals.openDrift,
    ...(detected === undefined ? {} : { lastDetectedTime: detected }),
    lastRepairs: [...repairs.toReversed(), ...lastRepairs].slice(0, MAX_LAST_REPAIRS),
  };
}
