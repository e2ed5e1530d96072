import { unknownActor } from '../plan/actor.ts';
import { LONGEST_GAP_MS } from '../plan/pace.ts';
import type { Contest, SlotReport } from './settle.ts';

/**
 * A slot with what is known of the other writer. The reason says so where no other one is more telling, also while the
 * object is as it should be: it won't stay so.
 */
export function withContest(slot: SlotReport, contest: Contest | undefined, namespace: string): SlotReport {
  if (contest === undefined || slot.state === 'Frozen' || slot.state === 'Exempt') return slot;
  const told = slot.reason === '' || (slot.reason === 'Paced' && slot.state !== 'Pending');
  if (!told) return { ...slot, contest };
  const reason = contest.contested ? 'Contested' : 'Paced';
  return { ...slot, contest, reason, message: contestMessage(contest, slot.slot, namespace) };
}

/** Who, how often, since when, and what to do. It says nothing that changes without a repair. */
export function contestMessage({ manager, repairs, since }: Contest, slot: string, namespace: string): string {
  const [kind = '', name = ''] = slot.split('/');
  const pace = `it is repaired again each time, at most ${LONGEST_GAP_MS / 1000} s later`;
  if (manager === unknownActor) {
    return `somebody keeps deleting it or removing fields: ${repairs} repairs since ${since}; ${pace}; removals leave no name: look into the API server's audit log, and have it stopped`;
  }
  return `${manager} keeps changing it: ${repairs} repairs since ${since}; ${pace}; have its owner take it out there: kubectl get ${kind.toLowerCase()} ${name} -n ${namespace} -o yaml --show-managed-fields`;
}
