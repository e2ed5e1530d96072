import { claims } from '../semantics/fields-v1.ts';
import { pointerPath } from '../semantics/json-pointer.ts';
import type { ManagedFieldsEntry } from '../slots/kube-object.ts';
import { fieldManager } from './desired-object.ts';

/** What the cluster can't tell: who removed a field or deleted an object. */
export const unknownActor = 'unknown';

/**
 * The manager that claims the value at a JSON pointer, from managedFields: a claim, not proof, at one second's
 * resolution. The latest one wins where several do; ourselves only where nobody else claims it.
 *
 * @returns `unknown` where nobody but Parapet claims the field: it was removed, and removals leave no trace.
 */
export function actorOf(pointer: string, managedFields: readonly ManagedFieldsEntry[]): string {
  const claimants = claimsOn(pointer, managedFields).filter(({ manager }) => manager !== fieldManager);
  const latest = claimants.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))[0];
  return latest?.manager ?? unknownActor;
}

/** The entries that claim the value at a JSON pointer; those of subresources claim nothing here. */
export function claimsOn(pointer: string, managedFields: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const path = pointerPath(pointer);
  return managedFields.filter(({ subresource, fieldsV1 }) => subresource === undefined && claims(fieldsV1, path));
}
