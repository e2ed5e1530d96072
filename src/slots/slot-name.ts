import { isDnsLabel } from '../semantics/names.ts';

/** Whether an object can be a slot's: such names are ours by convention, and DNS labels since they are label values too. */
export function isSlotName(name: string): boolean {
  return name.startsWith('parapet-') && isDnsLabel(name);
}
