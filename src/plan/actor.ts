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
  const path = pointer.split('/').slice(1).map(unescapePointer);
  const claimants = managedFields.filter(
    (entry) => entry.manager !== fieldManager && entry.subresource === undefined && claims(entry.fieldsV1, path),
  );
  const latest = claimants.toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''))[0];
  return latest?.manager ?? unknownActor;
}

/**
 * Whether a FieldsV1 tree reaches a path. Trees end where a list or map is atomic (or keyed by value), so a path that
 * runs past a leaf is claimed by that leaf.
 */
function claims(fields: unknown, path: readonly string[]): boolean {
  if (!isTree(fields)) return false;
  const [step, ...rest] = path;
  if (step === undefined) return true;
  const child = fields[`f:${step}`];
  if (child === undefined) return isIndex(step) && Object.keys(fields).some((key) => !key.startsWith('f:'));
  if (!isTree(child) || Object.keys(child).length === 0) return true;
  return claims(child, rest);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}

function unescapePointer(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
