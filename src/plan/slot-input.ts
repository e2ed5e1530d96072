import type { Desired, ObjectKind } from '../slots/slot-kind.ts';
import { unknownActor } from './actor.ts';
import type { FieldDiff, SlotPlan, Versioned } from './namespace-plan.ts';
import type { LiveObject, RecordedSlot } from './snapshot.ts';

/** Stands for whoever left an object that names nobody. */
export const UNKNOWN_HOLDER = 'a policy nobody recorded';

/** One slot as planning sees it: what is wanted, what is there, what was there before, and who holds it. */
export interface SlotInput {
  readonly slot: string;
  readonly name: string;
  readonly namespace: string;
  readonly objectKind: ObjectKind;
  readonly desired?: Desired;
  readonly live?: LiveObject;
  readonly recorded?: RecordedSlot;
  /** Fingerprint of what this process last wrote there, or found as it should be. */
  readonly lastWritten?: number;
  readonly frozenBy: readonly string[];
  readonly departed: readonly string[];
  /** Those whose holdings go with them: what nobody else holds is pruned. */
  readonly leaving: readonly string[];
  /** What nobody asks for any more is put back: somebody takes it along, or all that hold it want it so. */
  readonly restores: boolean;
  /** Everyone recorded as holding it, but for those that leave. */
  readonly holders: readonly string[];
  /** The policies that want it take over what stands on its name. */
  readonly adopts?: boolean;
}

/** Of a slot that is asked for. */
export type Wanted = SlotInput & { readonly desired: Desired };
/** Of a slot whose name is taken. */
export type Present = SlotInput & { readonly live: LiveObject };

/** A slot's plan: what is not said is empty. */
export function slotPlan(input: SlotInput, plan: Pick<SlotPlan, 'state' | 'policies'> & Partial<SlotPlan>): SlotPlan {
  const needs = input.desired?.needs;
  return {
    slot: input.slot,
    reason: '',
    message: '',
    uid: '',
    diffs: [],
    actor: '',
    ...(needs === undefined ? {} : { needs }),
    ...plan,
  };
}

/** The version a write is decided on, and its place in the order of writes. */
export function versioned(input: Present, desired: Desired | undefined): Versioned {
  const { objectKind, namespace, name, live } = input;
  return {
    resource: objectKind.resource,
    order: objectKind.order(name, live.content, desired?.content),
    namespace,
    name,
    uid: live.uid,
    resourceVersion: live.resourceVersion,
  };
}

/** The first manager that is known among those who changed something. */
export function firstKnownActor(diffs: readonly FieldDiff[]): string {
  return diffs.find((diff) => diff.actor !== unknownActor)?.actor ?? unknownActor;
}
