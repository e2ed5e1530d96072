import { fieldsTree } from '../semantics/fields-v1.ts';
import { pointerPath } from '../semantics/json-pointer.ts';
import { claimsWithin } from '../slots/field-claims.ts';
import type { KubeObject, ManagedFieldsEntry } from '../slots/kube-object.ts';
import { contentOf, filterLeaves, leavesOf } from '../slots/leaves.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import { fieldManager } from './desired-object.ts';
import { ownLeaves } from './field-owner.ts';
import type { LiveObject } from './snapshot.ts';

/**
 * An object after a forced server-side apply of fields: others lose their claims on what it changed, and what only
 * Parapet claimed and the apply left out is gone.
 */
export function applied(live: LiveObject, object: KubeObject): LiveObject {
  const [found, own] = [leavesOf(live.content), ownLeaves(live)];
  const sent = leavesOf(objectKindOf(live.kind)?.normalize(object) ?? {});
  const kept = filterLeaves(found, (pointer) => !(pointer in own) || pointer in sent);
  const unchanged = Object.keys(filterLeaves(kept, (pointer, value) => (sent[pointer] ?? value) === value));
  const others = (live.managedFields ?? []).filter(({ manager }) => manager !== fieldManager);
  const managedFields = [...claimsWithin(others, unchanged), ...ownClaims(Object.keys(sent))];
  return {
    ...live,
    content: objectKindOf(live.kind)?.normalize(contentOf({ ...kept, ...sent })) ?? {},
    managers: [...new Set(managedFields.map(({ manager = '' }) => manager))].toSorted(),
    managedFields,
  };
}

function ownClaims(pointers: readonly string[]): readonly ManagedFieldsEntry[] {
  const fieldsV1 = fieldsTree(pointers.map(pointerPath));
  return pointers.length === 0 ? [] : [{ manager: fieldManager, operation: 'Apply', fieldsV1 }];
}
