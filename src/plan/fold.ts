import type { Policy } from '../api/policy.ts';
import { slotKinds } from '../slots/registry.ts';
import type { Claim, Desired, FoldContext, HeldObject, SlotKind } from '../slots/slot-kind.ts';

/** What a set of policies wants in one namespace, by slot (`Kind/name`). */
export type FoldedSlots = ReadonlyMap<string, Desired>;

/** Folds the policies' valid blocks kind by kind. The order of `policies` makes no difference. */
export function foldPolicies(policies: readonly Policy[], context: FoldContext): FoldedSlots {
  const slots = new Map<string, Desired>();
  for (const kind of slotKinds) {
    for (const desired of foldKind(kind, policies, context)) slots.set(slotId(desired), desired);
  }
  return slots;
}

/** `Kind/name`: how a slot is written everywhere. */
export function slotId(object: { readonly kind: string; readonly name: string }): string {
  return `${object.kind}/${object.name}`;
}

function foldKind(kind: SlotKind, policies: readonly Policy[], context: FoldContext): readonly Desired[] {
  const claims = policies.flatMap((policy) => claimsOf(policy, kind.field));
  const kinds = new Set(kind.objects.map((object) => object.resource.kind));
  const held = context.held.filter((object: HeldObject) => kinds.has(object.kind));
  if (claims.length === 0) return [];
  return kind.fold(claims, { ...context, held });
}

function claimsOf(policy: Policy, field: string): readonly Claim[] {
  const block = policy.blocks[field];
  if (block === undefined || policy.invalidFields.includes(field)) return [];
  return [{ policy: policy.name, priority: policy.priority, block }];
}
