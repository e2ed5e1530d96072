import type { FlawReason } from '../slots/slot-kind.ts';
import type { RecordedSlot } from './snapshot.ts';

/** What of a report tells how a slot was left. */
export interface ReportedSlot {
  readonly slot: string;
  readonly uid?: string;
  readonly policies: readonly string[];
  readonly reason?: string;
}

const FLAWS: Readonly<Record<FlawReason, true>> = { LabelMissing: true, LabelForbidden: true };

/** What the next plan has to know of a slot as it was reported. */
export function recordOf({ slot, uid = '', policies, reason = '' }: ReportedSlot): RecordedSlot {
  return { slot, uid, policies, ...(Object.hasOwn(FLAWS, reason) ? { flawed: true } : {}) };
}
