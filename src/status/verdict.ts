import type { DriftKind } from '../plan/namespace-plan.ts';
import { boundedMessage } from './bounds.ts';
import { contestMessage } from './contest.ts';
import { describeSlot } from './describe-slot.ts';
import type { NamespaceReport, SlotReport } from './settle.ts';
import { levelOf, worstSlot } from './severity.ts';
import type { NamespaceState } from './severity.ts';

/** How one namespace stands for one policy: all that a policy's status needs of it, a few hundred bytes. */
export interface Verdict {
  readonly namespace: string;
  readonly state: NamespaceState;
  /** Reached while the policy was being cleaned up: compliant means that it holds nothing here any more. */
  readonly cleaning?: true;
  /** The worst slot, absent where the namespace is compliant. */
  readonly worst?: SlotBrief;
  /** Open drift by kind. */
  readonly drift: Readonly<Partial<Record<DriftKind, number>>>;
  /** A slot lost to another policy at equal priority. */
  readonly conflict?: { readonly slot: string; readonly winner: string };
  /** Slots that are Blocked, or whose write failed and is to be tried again. */
  readonly failing: readonly SlotBrief[];
  /** Slots that somebody else keeps changing, whether they are open at the moment or not. */
  readonly contested: readonly ContestedSlot[];
}

export type ContestedSlot = Pick<SlotReport, 'slot' | 'message'>;

export type SlotBrief = Pick<SlotReport, 'slot' | 'state' | 'reason' | 'message' | 'refusal'>;

/** One verdict for each policy that selects the namespace, and for each that is being cleaned up. */
export function verdicts(report: NamespaceReport): ReadonlyMap<string, Verdict> {
  const { matched, cleaning } = report;
  return new Map<string, Verdict>([
    ...matched.map((policy) => [policy, verdict(report, policy)] as const),
    ...cleaning.map((policy) => [policy, { ...verdict(report, policy), cleaning: true as const }] as const),
  ]);
}

function verdict(report: NamespaceReport, policy: string): Verdict {
  const audited = report.audits.find((audit) => audit.policy === policy)?.slots ?? [];
  const seen = new Set(audited.map(({ slot }) => slot));
  const held = report.slots.filter((slot) => slot.policies.includes(policy) && !seen.has(slot.slot));
  const slots = [...held, ...audited];
  const worst = worstSlot(slots);
  const state = worst === undefined ? 'Compliant' : levelOf(worst.state);
  const conflict = report.conflicts.find((lost) => lost.policy === policy);
  return {
    namespace: report.namespace,
    state,
    ...(worst === undefined || state === 'Compliant' ? {} : { worst: brief(worst) }),
    drift: countDrift(slots),
    ...(conflict === undefined ? {} : { conflict: { slot: conflict.slot, winner: conflict.winner } }),
    failing: slots.filter(({ retry, state }) => retry === true || state === 'Blocked').map(brief),
    contested: slots.flatMap((slot) => contestedSlot(slot, report.namespace)),
  };
}

function contestedSlot({ slot, contest }: SlotReport, namespace: string): readonly ContestedSlot[] {
  return contest?.contested === true ? [{ slot, message: contestMessage(contest, slot, namespace) }] : [];
}

function brief(report: SlotReport): SlotBrief {
  const { slot, state, reason, refusal } = report;
  const bounded = { slot, state, reason, message: boundedMessage(describeSlot(report)) };
  return refusal === undefined ? bounded : { ...bounded, refusal };
}

/** Open drift in slots that no policy selecting the namespace holds: it counts for none. */
export function leftBehind(report: NamespaceReport): Verdict['drift'] {
  const matched = new Set(report.matched);
  return countDrift(report.slots.filter(({ policies }) => !policies.some((policy) => matched.has(policy))));
}

/** How many objects are contested, by their kind. */
export function contestedByResource(found: readonly Verdict[]): ReadonlyMap<string, number> {
  const resources = found.flatMap(({ contested }) => contested.map(({ slot }) => slot.split('/')[0] ?? ''));
  return sumByKind(resources.map((resource) => ({ [resource]: 1 })));
}

/** Adds up counts by kind. */
export function sumByKind(counts: Iterable<Verdict['drift']>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const each of counts) {
    for (const [kind, count] of Object.entries(each)) sums.set(kind, (sums.get(kind) ?? 0) + count);
  }
  return sums;
}

function countDrift(slots: readonly SlotReport[]): Verdict['drift'] {
  const counts: Partial<Record<DriftKind, number>> = {};
  for (const { state } of slots) {
    if (state === 'OK' || state === 'Frozen' || state === 'Pending' || state === 'Exempt') continue;
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}
