import { fieldManager, slotLabel } from './desired-object.ts';
import type { LiveObject, RecordedSlot } from './snapshot.ts';

/** Whose the object on a slot's name is. */
export type Ownership = 'ours' | 'replaced' | 'foreign';

/**
 * An object is ours when the posture recorded its uid (tenants can't write that), or it carries the slot label, or we
 * are among its field managers. Where a slot was ours and now holds an unknown uid, somebody deleted and squatted it.
 */
export function ownershipOf(live: LiveObject, recorded: RecordedSlot | undefined): Ownership {
  if (recorded?.uid === live.uid) return 'ours';
  if (live.labels[slotLabel] === live.name) return 'ours';
  if (live.managers.includes(fieldManager)) return 'ours';
  return recorded !== undefined && recorded.uid !== '' ? 'replaced' : 'foreign';
}
