import { NAMESPACE_STATES } from '../api/report-schema.ts';
import type { SlotState } from '../plan/namespace-plan.ts';
import type { SlotReport } from './settle.ts';

/** How a namespace stands as a whole; the worst of its slots, in this order. */
export type NamespaceState = (typeof NAMESPACE_STATES)[number];

const order: readonly NamespaceState[] = NAMESPACE_STATES;

/** 0 is the worst. */
export function severity(state: NamespaceState): number {
  return order.indexOf(state);
}

/** The namespace-level state a slot's state amounts to. */
export function levelOf(state: SlotState): NamespaceState {
  switch (state) {
    case 'OK':
    case 'Frozen':
      return 'Compliant';
    case 'Pending':
    case 'Exempt':
    case 'Held':
    case 'Blocked':
      return state;
    default:
      return 'Drifted';
  }
}

/** The level of a reported slot: what an Audit policy would change in it is drift, though the slot itself is well. */
function reportedLevel({ state, reason }: SlotReport): NamespaceState {
  return reason === 'AuditDrift' ? 'Drifted' : levelOf(state);
}

/** How many slots are at a level. */
export function countAt(level: NamespaceState, slots: readonly SlotReport[]): number {
  return slots.filter((slot) => reportedLevel(slot) === level).length;
}

/** The worst level among slots; Compliant where there are none. */
export function worstLevel(slots: readonly SlotReport[]): NamespaceState {
  const levels = new Set(slots.map(reportedLevel));
  return order.find((level) => levels.has(level)) ?? 'Compliant';
}

/** The worst slot first, equals by slot name: deterministic. Undefined where there are no slots. */
export function worstSlot(slots: readonly SlotReport[]): SlotReport | undefined {
  return slots.toSorted(
    (a, b) => severity(levelOf(a.state)) - severity(levelOf(b.state)) || (a.slot < b.slot ? -1 : 1),
  )[0];
}
