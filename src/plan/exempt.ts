import type { Effect, SecurityException } from '../api/exception.ts';
import type { Policy } from '../api/policy.ts';
import { matchesGlob } from '../semantics/names.ts';
import type { Desired, FoldContext, HeldObject } from '../slots/slot-kind.ts';
import { foldPolicies } from './fold.ts';
import type { FoldedSlots, Lifted } from './fold.ts';
import { layOver } from './lay-over.ts';
import type { ExceptionReach } from './namespace-plan.ts';
import { selects } from './selection.ts';
import { heldObject, kindOfSlot } from './slots-before.ts';
import type { SlotBefore } from './slots-before.ts';
import type { NamespaceSnapshot } from './snapshot.ts';

/** What exceptions do to one slot. */
export interface Exemption {
  /** The one that decides. */
  readonly exception: SecurityException;
  /** Those that take away what their policies say of the slot; none where an override decides. */
  readonly lifting: readonly SecurityException[];
  /** `leave` it as it is found, or `bring` it to what is wanted instead, which may be nothing. */
  readonly how: 'leave' | 'bring';
  /** The policies that ask for the slot or hold it, sorted. */
  readonly policies: readonly string[];
}

export type Exemptions = ReadonlyMap<string, Exemption>;

/** What is wanted of a namespace, with the exceptions and without. */
export interface ExemptFold {
  readonly plain: FoldedSlots;
  readonly wanted: FoldedSlots;
  readonly exemptions: Exemptions;
}

/** Where several cover a slot, the one decides that keeps most of it. */
const PRECEDENCE: readonly Effect[] = ['Override', 'Ignore', 'Remove'];

/** The exceptions that reach into the namespace, in the order in which they decide. */
export function exceptionsFor({
  exceptions,
  namespace,
  protectedNamespaces,
}: NamespaceSnapshot): readonly SecurityException[] {
  return exceptions
    .filter((exception) => selects(exception, namespace, protectedNamespaces))
    .toSorted((a, b) => PRECEDENCE.indexOf(a.effect) - PRECEDENCE.indexOf(b.effect) || (a.name < b.name ? -1 : 1));
}

export interface ExemptInput {
  readonly exceptions: readonly SecurityException[];
  readonly context: FoldContext;
  readonly before: ReadonlyMap<string, SlotBefore>;
  /** Marks what can't be had, and gives a second place to what a stranger stands in the way of. */
  readonly place: (folded: FoldedSlots) => FoldedSlots;
}

/**
 * Folds the policies as the exceptions leave them. An override is laid over the blocks of the policies it covers; of an
 * ignored or removed slot those policies say nothing. What policies ask for that no exception covers stays in force.
 */
export function foldExempt(claims: readonly Policy[], input: ExemptInput): ExemptFold {
  const { exceptions, context, before, place } = input;
  const plain = place(foldPolicies(claims, context));
  if (exceptions.length === 0) return { plain, wanted: plain, exemptions: new Map() };

  // The one that decides comes last, over the others.
  const laid = exceptions.toReversed().reduce(layOver, claims);
  const overlaid = place(foldPolicies(laid, context));
  const direct = decided({ plain, overlaid }, claims, input);
  const found = { ...context, held: [...context.held, ...heldAsFound(direct, before)] };
  const wanted = place(foldPolicies(laid, found, liftedBy(direct)));
  return { plain, wanted, exemptions: withConsequences(direct, { overlaid, wanted, before }) };
}

/** By slot, the first exception that reaches it. */
function decided(
  { plain, overlaid }: { readonly plain: FoldedSlots; readonly overlaid: FoldedSlots },
  claims: readonly Policy[],
  input: ExemptInput,
): ReadonlyMap<string, Exemption> {
  const { exceptions, before } = input;
  const overridden = new Map(
    exceptions
      .filter(({ effect }) => effect === 'Override')
      .map((exception) => [exception, overriddenSlots(exception, { claims, plain, ...input })] as const),
  );
  const slots = new Set([...plain.keys(), ...overlaid.keys(), ...before.keys()]);
  const exemptions = new Map<string, Exemption>();
  for (const slot of [...slots].toSorted()) {
    const policies = concerned([plain.get(slot), overlaid.get(slot)], before.get(slot));
    const reaching = exceptions.filter((each) => reaches(each, { slot, policies, overridden: overridden.get(each) }));
    const exemption = exemptionBy(reaching, policies);
    if (exemption !== undefined) exemptions.set(slot, exemption);
  }
  // What needs a slot that nobody keeps goes the same way: a RoleBinding must not grant a Role that somebody else writes.
  for (const [slot, { needs = '', policies }] of overlaid) {
    const lifting = (exemptions.get(needs)?.lifting ?? []).filter((each) => speaksOf(each, policies));
    const exemption = exemptions.has(slot) ? undefined : exemptionBy(lifting, policies);
    if (exemption !== undefined) exemptions.set(slot, exemption);
  }
  return exemptions;
}

/** @param reaching in the order in which they decide */
function exemptionBy(reaching: readonly SecurityException[], policies: readonly string[]): Exemption | undefined {
  const [exception] = reaching;
  if (exception === undefined) return undefined;
  const { effect } = exception;
  return {
    exception,
    lifting: effect === 'Override' ? [] : reaching,
    how: effect === 'Ignore' ? 'leave' : 'bring',
    policies,
  };
}

interface Reached {
  readonly slot: string;
  readonly policies: readonly string[];
  readonly overridden: ReadonlySet<string> | undefined;
}

function reaches(exception: SecurityException, { slot, policies, overridden }: Reached): boolean {
  if (!speaksOf(exception, policies)) return false;
  if (overridden !== undefined) return overridden.has(slot);
  return exception.slots?.some((glob) => matchesGlob(glob, slot)) ?? true;
}

/** Whether one of the policies is among those the exception is from. */
export function speaksOf({ policyNames }: SecurityException, policies: readonly string[]): boolean {
  return policyNames === undefined ? policies.length > 0 : policies.some((name) => policyNames.includes(name));
}

/**
 * Who asks for a slot, or where nobody does, who holds it; who has departed has nothing to be exempt from. Who holds what
 * is asked for makes no difference: exceptions decide who comes to hold a slot, and would decide otherwise next time.
 */
function concerned(wanted: readonly (Desired | undefined)[], before: SlotBefore | undefined): readonly string[] {
  const asking = wanted.flatMap((desired) => desired?.policies ?? []);
  const holding = (before?.holders ?? []).filter((name) => !before?.departed.includes(name));
  return [...new Set(asking.length > 0 ? asking : holding)].toSorted();
}

interface Overriding extends ExemptInput {
  readonly claims: readonly Policy[];
  readonly plain: FoldedSlots;
}

/** The slots an override names, and those that are otherwise for its sake, such as an allow of a direction it opens. */
function overriddenSlots(
  exception: SecurityException,
  { claims, context, plain, place }: Overriding,
): ReadonlySet<string> {
  const wanted = place(foldPolicies(layOver(claims, exception), context));
  const [pattern] = claims;
  if (pattern === undefined) return new Set();
  const named = foldPolicies([{ ...pattern, blocks: exception.override, invalidFields: [] }], context);
  return new Set([...[...named.keys()].filter((slot) => wanted.has(slot)), ...differing(plain, wanted)]);
}

/** Slots of which one fold wants something else than the other. */
function differing(one: FoldedSlots, other: FoldedSlots): readonly string[] {
  const content = (slots: FoldedSlots, slot: string): string => JSON.stringify(slots.get(slot)?.content ?? null);
  return [...new Set([...one.keys(), ...other.keys()])].filter((slot) => content(one, slot) !== content(other, slot));
}

function liftedBy(exemptions: Exemptions): Lifted {
  return (policy, slot) => exemptions.get(slot)?.lifting.some((each) => speaksOf(each, [policy])) === true;
}

/** What is left as found counts as held: a direction it closes is still closed, and keeps its allows. */
function heldAsFound(exemptions: Exemptions, before: ReadonlyMap<string, SlotBefore>): readonly HeldObject[] {
  return [...exemptions].flatMap(([slot, { how, policies }]) => {
    const known = before.get(slot);
    return how === 'bring' || known === undefined ? [] : heldObject({ ...known, frozenBy: policies, departed: [] });
  });
}

interface Lifting {
  readonly overlaid: FoldedSlots;
  readonly wanted: FoldedSlots;
  readonly before: ReadonlyMap<string, SlotBefore>;
}

/**
 * With the slots that are otherwise wanted because another of their kind is lifted: without a default-deny its allows go
 * too, and have to come back with it. Where that one is left as found, so are they.
 */
function withConsequences(direct: Exemptions, { overlaid, wanted, before }: Lifting): Exemptions {
  const causes = [...direct].filter(([, { lifting }]) => lifting.length > 0);
  const exemptions = new Map(direct);
  for (const slot of differing(overlaid, wanted)) {
    const field = kindOfSlot(slot)?.field;
    const [, cause] = causes.find(([other]) => kindOfSlot(other)?.field === field) ?? [];
    if (exemptions.has(slot) || cause === undefined) continue;
    exemptions.set(slot, { ...cause, policies: concerned([overlaid.get(slot), wanted.get(slot)], before.get(slot)) });
  }
  return exemptions;
}

/** How many slots each of the exceptions covers, by name. */
export function reachOf(
  exceptions: readonly SecurityException[],
  exemptions: readonly Exemptions[],
): readonly ExceptionReach[] {
  const covered = new Map(exemptions.flatMap((each) => [...each]));
  const names = exceptions.map(({ name }) => name).toSorted();
  return names.map((exception) => ({
    exception,
    slots: [...covered.values()].filter((each) => each.exception.name === exception).length,
  }));
}
