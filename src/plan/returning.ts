import { fieldManager } from './desired-object.ts';
import type { SlotPlan } from './namespace-plan.ts';
import type { SlotInput } from './slot-input.ts';

/**
 * What an exception left behind is no drift of anybody's: it comes back as a policy's edit would, and until it has, the
 * slot keeps the exception's name. Only a squatter's object is still Replaced.
 */
export function returning(planned: SlotPlan | undefined, { recorded }: SlotInput): SlotPlan | undefined {
  const exception = recorded?.exception;
  if (planned === undefined || exception === undefined || planned.state === 'OK') return planned;
  const { change, state } = planned;
  const isAway = state === 'Missing' || state === 'Modified' || state === 'Pending';
  if (change === undefined || !isAway) return { ...planned, exception };
  const afterwards = planned.afterwards ?? { ...planned, state: 'OK', diffs: [], actor: '' };
  return {
    ...planned,
    exception,
    state: 'Pending',
    reason: 'ExceptionEnded',
    message: `comes back: exception ${exception} has ended`,
    actor: fieldManager,
    afterwards: withoutChange(afterwards),
  };
}

function withoutChange({ change, tightens, ...planned }: SlotPlan): SlotPlan {
  void [change, tightens];
  return planned;
}
