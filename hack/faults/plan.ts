import { createHash } from 'node:crypto';
import { FAULT_KINDS } from './fault-kinds.ts';
import type { Reference } from './reference.ts';

/** One fault at one call of one scenario. */
export interface Plan {
  /** `scenario/call #n/kind`, stable and readable; names a plan on the command line. */
  readonly id: string;
  readonly scenario: string;
  /** Spelled, without the world's names, and with its occurrence: `patch networkpolicies NS/parapet-default-deny #1`. */
  readonly call: string;
  readonly kind: string;
}

/** Every fault at every call of every reference run: enumerated, never sampled. */
export function enumeratePlans(references: readonly Reference[]): readonly Plan[] {
  return references.flatMap(({ scenario, calls }) =>
    calls.flatMap((call) =>
      FAULT_KINDS.map(({ name: kind }) => ({ id: `${scenario}/${call}/${kind}`, scenario, call, kind })),
    ),
  );
}

/** The i-th of n parts, from 1: every plan is in exactly one, and each part has all sorts. */
export function shardOf(plans: readonly Plan[], shard: string): readonly Plan[] {
  const [, i = '', n = ''] = /^([1-9][0-9]*)\/([1-9][0-9]*)$/.exec(shard) ?? [];
  if (n === '' || Number(i) > Number(n)) throw new RangeError(`SHARD is i/n with i from 1 to n, not ${shard}`);
  return plans.filter((_, index) => index % Number(n) === Number(i) - 1);
}

/**
 * So many plans, spread over scenarios and kinds: one of each pair in turn until there are enough. Which one is chosen by
 * a hash of its id, so that a call more or less in a reference run leaves the others where they are.
 */
export function spread(plans: readonly Plan[], count: number): readonly Plan[] {
  const cells = Map.groupBy(plans.toSorted(byHash), ({ scenario, kind }) => `${scenario}/${kind}`);
  const rounds = [...cells.values()].flatMap((cell) => cell.map((plan, round) => ({ plan, round })));
  return rounds
    .toSorted((a, b) => a.round - b.round || byHash(a.plan, b.plan))
    .slice(0, count)
    .map(({ plan }) => plan);
}

function byHash(a: Plan, b: Plan): number {
  return hashOf(a.id) < hashOf(b.id) ? -1 : 1;
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
