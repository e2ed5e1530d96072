import { slotKinds } from './registry.ts';
import type { ObjectKind, SlotKind } from './slot-kind.ts';

/** Every kind of object that slots are made of: what is watched, granted, pruned. In the registry's order. */
export const objectKinds: readonly ObjectKind[] = slotKinds.flatMap(({ objects }) => objects);

const byKind = new Map(objectKinds.map((objectKind) => [objectKind.resource.kind, objectKind]));
const byField = new Map(slotKinds.map((slotKind) => [slotKind.field, slotKind]));

/** The object kind named `kind`; undefined for kinds that are not ours. */
export function objectKindOf(kind: string): ObjectKind | undefined {
  return byKind.get(kind);
}

/** The slot kind behind a member of `spec`; undefined for members that are no slots. */
export function slotKindOf(field: string): SlotKind | undefined {
  return byField.get(field);
}
