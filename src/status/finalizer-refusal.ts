import { CLEANUP_FINALIZER } from '../api/resources.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { SlotReason } from '../plan/slot-reasons.ts';
import { refusalReasons } from './settle.ts';

/** Why a policy's finalizer is not where it belongs. */
export interface FinalizerRefusal {
  readonly reason: SlotReason;
  readonly message: string;
}

/** What a refused write of the finalizer means for its policy. */
export function finalizerRefusal(
  step: 'add' | 'remove',
  { cause, message }: Extract<Outcome, { result: 'refused' }>,
): FinalizerRefusal {
  const consequence =
    step === 'add' ? 'without it a policy with deletionPolicy Delete writes nothing' : 'it keeps the policy';
  const reason = refusalReasons[cause];
  return { reason, message: `cannot ${step} the finalizer ${CLEANUP_FINALIZER}, and ${consequence}: ${message}` };
}
