import type { Content, FlawReason } from '../slots/slot-kind.ts';
import type { RecordedSlot } from './snapshot.ts';

/** What of a report tells how a slot was left. */
export interface ReportedSlot {
  readonly slot: string;
  readonly uid?: string;
  readonly policies: readonly string[];
  readonly reason?: string;
  /** As JSON where it is read from a report. */
  readonly applied?: Content | string;
}

const FLAWS: Readonly<Record<FlawReason, true>> = { LabelMissing: true, LabelForbidden: true, BindsOperator: true };

/** What the next plan has to know of a slot as it was reported. */
export function recordOf({ slot, uid = '', policies, reason = '', applied }: ReportedSlot): RecordedSlot {
  const written = typeof applied === 'string' ? parsed(applied) : applied;
  return {
    slot,
    uid,
    policies,
    ...(Object.hasOwn(FLAWS, reason) ? { flawed: true } : {}),
    ...(written === undefined ? {} : { applied: written }),
  };
}

/** Only Parapet writes reports; one that was edited all the same must not stop the plan. */
function parsed(text: string): Content | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Content) : undefined;
  } catch {
    return undefined;
  }
}
