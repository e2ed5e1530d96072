import type { Change } from '../plan/namespace-plan.ts';

/** What a change does, in the words of plan and explain: how it is carried out makes no difference to its reader. */
export function spelledAction({ action }: Change): 'create' | 'change' | 'recreate' | 'delete' {
  return action === 'patch' || action === 'apply' ? 'change' : action;
}
