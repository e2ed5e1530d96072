import type { ExceptionStanding, SecurityException } from '../api/exception.ts';
import type { ExceptionExplanation } from '../output/explanation.ts';
import type { NamespacePlan } from '../plan/namespace-plan.ts';
import { selects } from '../plan/selection.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';

/** An exception and how it stands. */
export interface StandingException {
  readonly exception: SecurityException;
  readonly standing: ExceptionStanding;
}

/**
 * The exceptions that select the namespace, those that are active first, and what they cover there. What an invalid one
 * selects can't be told.
 */
export function exceptionExplanations(
  exceptions: readonly StandingException[],
  { slots, audits }: NamespacePlan,
  { namespace, protectedNamespaces }: NamespaceSnapshot,
): readonly ExceptionExplanation[] {
  const all = [...slots, ...audits.flatMap((audit) => audit.slots)];
  return exceptions
    .filter(({ exception }) => selects(exception, namespace, protectedNamespaces))
    .map(({ exception: { name, effect, owner, reason, expirationTime }, standing }) => {
      const covered = standing === 'active' ? all.filter((slot) => slot.exception === name) : [];
      const names = [...new Set(covered.map(({ slot }) => slot))].toSorted();
      return { name, effect, owner, reason, expirationTime, standing, slots: names };
    })
    .toSorted(
      (a, b) => Number(b.standing === 'active') - Number(a.standing === 'active') || (a.name < b.name ? -1 : 1),
    );
}
