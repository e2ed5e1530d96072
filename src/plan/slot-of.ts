import { auditedFieldSlot, fieldSlot } from './field-slot.ts';
import type { SlotPlan } from './namespace-plan.ts';
import type { SlotInput, Wanted } from './slot-input.ts';
import { auditedSlot, enforcedSlot } from './slot-plan.ts';

/** How an enforced slot stands, be it an object of ours or some fields of another's. */
export function slotOf(input: SlotInput): SlotPlan | undefined {
  return input.objectKind.fields === undefined ? enforcedSlot(input) : fieldSlot(input);
}

/** How a slot stands against what an Audit policy would make of it. */
export function auditedSlotOf(input: Wanted): SlotPlan {
  return input.objectKind.fields === undefined ? auditedSlot(input) : auditedFieldSlot(input);
}
