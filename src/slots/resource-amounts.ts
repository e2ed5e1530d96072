import { Type } from 'typebox';
import { canonicalResourceAmount, compareQuantities, isWholeQuantity } from '../semantics/quantity.ts';
import { isQualifiedName } from '../semantics/names.ts';
import { asObject } from './canonical.ts';
import type { Json } from './kube-object.ts';
import { cel, invalid, mapOf } from './schema.ts';
import type { Problem } from './slot-kind.ts';

/** A map from resource name to quantity, as quotas and limit ranges hold. */
export type Amounts = Readonly<Record<string, string | number>>;

/** What fits into Kubernetes' arithmetic; beyond it Go caps or drops suffixes. */
const LARGEST = '9223372036854775807';

/**
 * Numbers may be quoted or not. The pattern skips integers, hence the rule on them; 32 characters keep the cost of
 * rules over a map of these within the API server's budget.
 */
const quantity = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
  maxLength: 32,
  pattern: '^[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?$',
  ...cel(invalid('type(self) == string || self >= 0', 'must not be negative')),
};

/** Schema of `Amounts`; `known` are the resource names without a domain that may stand in it. */
export function amountsSchema(description: string, known: ReadonlySet<string>) {
  const names = `[${[...known].map((name) => `'${name}'`).join(', ')}]`;
  const rule = `self.all(k, k in ${names} || k.contains('/') || k.startsWith('hugepages-') || k.startsWith('requests.hugepages-'))`;
  return mapOf<string | number>(Type.Unsafe(quantity), {
    description,
    minProperties: 1,
    maxProperties: 32,
    ...cel(invalid(rule, `resources without a domain are ${[...known].join(', ')} and hugepages-<size>`)),
  });
}

/** The same map with every quantity as the API server would answer it; what isn't one is left as it is. */
export function canonicalAmounts(amounts: unknown): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(asObject(amounts)).map(([name, amount]) => [
      name,
      (typeof amount === 'string' || typeof amount === 'number' ? canonicalResourceAmount(amount) : undefined) ??
        amount,
    ]),
  );
}

/** Bad names, bad or negative quantities, fractions of what is counted. `path` is where the map stands. */
export function amountProblems(amounts: Amounts, path: string, rules: AmountRules): readonly Problem[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const message = nameProblem(name, rules) ?? quantityProblem(amount, rules.counted(name));
    return message === undefined ? [] : [{ path: `${path}[${name}]`, message }];
  });
}

/** What differs between the kinds that hold amounts. */
export interface AmountRules {
  /** Resource names without a domain that the kind knows. */
  readonly known: ReadonlySet<string>;
  /** Whether a resource comes in whole numbers only. */
  readonly counted: (name: string) => boolean;
}

function nameProblem(name: string, rules: AmountRules): string | undefined {
  if (!isQualifiedName(name)) return `"${name}" is not a resource name`;
  const known = name.includes('/') || rules.known.has(name) || isHugePages(name);
  return known ? undefined : `"${name}" is not a resource that can be limited here`;
}

function quantityProblem(amount: string | number, counted: boolean): string | undefined {
  const sign = compareQuantities(amount, 0);
  if (sign === undefined) return `"${amount}" is not a quantity`;
  if (sign < 0) return 'must not be negative';
  if ((compareQuantities(amount, LARGEST) ?? 0) > 0) return `must not be larger than ${LARGEST}`;
  return counted && !isWholeQuantity(amount) ? 'must be a whole number' : undefined;
}

/** Huge pages of one size, whose names Kubernetes cannot list beforehand. */
export function isHugePages(name: string): boolean {
  return /^(requests\.)?hugepages-/.test(name);
}
