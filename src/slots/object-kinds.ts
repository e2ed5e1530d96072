import { slotKinds } from './registry.ts';
import { isSlotName } from './slot-name.ts';
import type { ObjectKind, SlotKind } from './slot-kind.ts';

/** Every kind of object that slots are made of: what is watched, granted, pruned. In the registry's order. */
export const objectKinds: readonly ObjectKind[] = slotKinds.flatMap(({ objects }) => objects);
/** Those whose objects are ours whole: created, pruned, and labelled as ours. */
export const wholeKinds: readonly ObjectKind[] = objectKinds.filter(({ fields }) => fields === undefined);

const byKind = new Map(objectKinds.map((objectKind) => [objectKind.resource.kind, objectKind]));
const byField = new Map(slotKinds.map((slotKind) => [slotKind.field, slotKind]));

/** The object kind named `kind`; undefined for kinds that are not ours. */
export function objectKindOf(kind: string): ObjectKind | undefined {
  return byKind.get(kind);
}

/** Whether an object can be a slot's: one that is ours by its name, or the one whose fields are. */
export function isSlotObject(kind: string, name: string): boolean {
  const fields = byKind.get(kind)?.fields;
  if (fields === undefined) return isSlotName(name);
  return fields.only === undefined || fields.only === name;
}

/** The slot kind behind a member of `spec`; undefined for members that are no slots. */
export function slotKindOf(field: string): SlotKind | undefined {
  return byField.get(field);
}
