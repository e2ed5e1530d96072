import type { Policy } from '../api/policy.ts';
import { slotKinds } from '../slots/registry.ts';
import type { Claim, Desired, FoldContext, HeldObject, SlotKind } from '../slots/slot-kind.ts';

/** What a set of policies wants in one namespace, by slot (`Kind/name`). */
export type FoldedSlots = ReadonlyMap<string, Desired>;

/** Whether an exception takes away what a policy says of a slot. */
export type Lifted = (policy: string, slot: string) => boolean;

/** Folds the policies' valid blocks kind by kind. The order of `policies` makes no difference. */
export function foldPolicies(policies: readonly Policy[], context: FoldContext, lifted?: Lifted): FoldedSlots {
  const slots = new Map<string, Desired>();
  for (const kind of slotKinds) {
    for (const desired of foldKind(kind, { policies, lifted }, context)) slots.set(slotId(desired), desired);
  }
  return slots;
}

/** `Kind/name`: how a slot is written everywhere. */
export function slotId(object: { readonly kind: string; readonly name: string }): string {
  return `${object.kind}/${object.name}`;
}

interface Asking {
  readonly policies: readonly Policy[];
  readonly lifted: Lifted | undefined;
}

function foldKind(kind: SlotKind, { policies, lifted }: Asking, context: FoldContext): readonly Desired[] {
  const whole = fieldSlots(kind, context.namespace.name);
  const claims = policies
    .flatMap((policy) => claimsOf(policy, kind.field, lifted))
    .filter((claim) => !whole.some((slot) => claim.lifted?.(slot) === true));
  const kinds = new Set(kind.objects.map((object) => object.resource.kind));
  const held = context.held.filter((object: HeldObject) => kinds.has(object.kind));
  if (claims.length === 0) return [];
  return kind.fold(claims, { ...context, held });
}

/** A block that is fields of one object has no other slot: with that one lifted, it says nothing. */
function fieldSlots({ objects }: SlotKind, namespace: string): readonly string[] {
  return objects.flatMap(({ resource, fields }) =>
    fields === undefined ? [] : [`${resource.kind}/${fields.only ?? namespace}`],
  );
}

function claimsOf(policy: Policy, field: string, lifted: Lifted | undefined): readonly Claim[] {
  const block = policy.blocks[field];
  if (block === undefined || policy.invalidFields.includes(field)) return [];
  const claim = { policy: policy.name, priority: policy.priority, block };
  return [lifted === undefined ? claim : { ...claim, lifted: (slot) => lifted(policy.name, slot) }];
}
