import { claims, fieldsTree } from '../semantics/fields-v1.ts';
import { pointerPath } from '../semantics/json-pointer.ts';
import type { ManagedFieldsEntry } from './kube-object.ts';

/** Who claims these fields: entries that claim none of them are left out, and of the others whatever else they claim. */
export function claimsWithin(
  managedFields: readonly ManagedFieldsEntry[],
  pointers: readonly string[],
): readonly ManagedFieldsEntry[] {
  const paths = pointers.map(pointerPath);
  return managedFields.flatMap((entry) => {
    const claimed = entry.subresource === undefined ? paths.filter((path) => claims(entry.fieldsV1, path)) : [];
    return claimed.length === 0 ? [] : [{ ...entry, fieldsV1: fieldsTree(claimed) }];
  });
}
