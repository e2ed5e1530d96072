import type { SecurityException } from '../api/exception.ts';
import type { Policy } from '../api/policy.ts';
import { laidOver } from '../slots/overlay.ts';
import { slotKindOf } from '../slots/object-kinds.ts';

/**
 * The policies as they would be with an exception's override written into those it covers; the others, and policies of
 * another exception, as they are. A block that none of the covered has goes to the strongest of them.
 */
export function layOver(policies: readonly Policy[], exception: SecurityException): readonly Policy[] {
  if (exception.effect !== 'Override') return policies;
  return Object.entries(exception.override).reduce(
    (laid, [field, block]) => withBlock(laid, { field, block, exception }),
    policies,
  );
}

interface Laying {
  readonly field: string;
  readonly block: unknown;
  readonly exception: SecurityException;
}

function withBlock(policies: readonly Policy[], { field, block, exception }: Laying): readonly Policy[] {
  const covered = policies
    .filter(({ name }) => exception.policyNames?.includes(name) ?? true)
    .filter(({ invalidFields }) => !invalidFields.includes(field))
    .toSorted((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
  const having = covered.filter(({ blocks }) => isBlock(blocks[field]));
  const laid = new Map(
    having.length > 0 ? overlaid(having, field, block) : covered.slice(0, 1).map((each) => [each, block]),
  );
  return policies.map((policy) =>
    laid.has(policy) ? { ...policy, blocks: { ...policy.blocks, [field]: laid.get(policy) } } : policy,
  );
}

function overlaid(
  policies: readonly Policy[],
  field: string,
  override: unknown,
): readonly (readonly [Policy, unknown])[] {
  const blocks = policies.map((policy) => policy.blocks[field]);
  const laid = slotKindOf(field)?.overlay?.(blocks, override) ?? laidOver(blocks, override);
  return policies.map((policy, index) => [policy, laid[index]]);
}

function isBlock(block: unknown): boolean {
  return block !== undefined && block !== null;
}
