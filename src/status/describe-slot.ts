import type { SlotReport } from './settle.ts';

/** What is the matter with a slot, in one line: its message, else the first field that differs, else its state. */
export function describeSlot({ state, message, diffs }: SlotReport): string {
  if (message !== '') return message;
  const [first, ...more] = diffs;
  if (first !== undefined)
    return more.length === 0 ? `${first.pointer} differs` : `${first.pointer} and ${more.length} more fields differ`;
  return state === 'Missing' ? 'there is no such object' : `it is ${state}`;
}
