import type { Leaves } from '../slots/leaves.ts';
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
  /** As JSON where it is read from a report. */
  readonly before?: Leaves | string;
  readonly exception?: string;
}

const FLAWS: Readonly<Record<FlawReason, true>> = {
  LabelMissing: true,
  LabelForbidden: true,
  BindsOperator: true,
  BeyondGrantable: true,
  RoleMissing: true,
};

/** What the next plan has to know of a slot as it was reported. */
export function recordOf({ slot, uid = '', policies, reason = '', exception, ...more }: ReportedSlot): RecordedSlot {
  const [applied, before] = [valueOf(more.applied), valueOf(more.before)];
  return {
    slot,
    uid,
    policies,
    ...(Object.hasOwn(FLAWS, reason) ? { flawed: true } : {}),
    ...(exception === undefined ? {} : { exception }),
    ...(applied === undefined ? {} : { applied }),
    ...(before === undefined ? {} : { before }),
  };
}

/** Only Parapet writes reports; one that was edited all the same must not stop the plan. */
function valueOf(given: Content | string | undefined): Content | undefined {
  if (typeof given !== 'string') return given;
  try {
    const value = JSON.parse(given) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Content) : undefined;
  } catch {
    return undefined;
  }
}
