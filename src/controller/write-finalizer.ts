import { CLEANUP_FINALIZER, policyResource } from '../api/resources.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Write } from './apply-changes.ts';
import type { PolicyEntry } from './view.ts';

/** Adds the cleanup finalizer to this version of a policy, or removes it; others' finalizers stay. */
export async function writeFinalizer(
  { name, uid, resourceVersion, finalizers }: PolicyEntry,
  step: 'add' | 'remove',
  write: Write,
): Promise<Outcome> {
  const others = finalizers.filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
  const value = step === 'add' ? [...others, CLEANUP_FINALIZER] : others;
  const target = { resource: policyResource, order: 0, namespace: '', name, uid, resourceVersion };
  return write({ action: 'patch', ...target, operations: [{ op: 'add', path: '/metadata/finalizers', value }] });
}
