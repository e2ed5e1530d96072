import type { KubeObject } from '../../src/slots/kube-object.ts';
import { isMutating, spelledCall } from '../support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';
import type { FaultKind } from './fault-kinds.ts';
import { tally } from './tally.ts';
import { nameless } from './world.ts';
import type { World } from './world.ts';

/** What was seen of one run of a scenario: all that the oracles know. Times are in ms on one monotonic clock. */
export interface RunRecord {
  readonly world: World;
  /** The call a fault was meant for, spelled, and what befell it; absent in a reference run. */
  readonly planned?: { readonly call: string; readonly kind: FaultKind } | undefined;
  /** Every call about the world since the scenario's trigger, in the order of arrival. */
  readonly calls: readonly ProxiedCall[];
  readonly triggeredAt: number;
  /** When the fault acted; absent where its call never came. */
  readonly firedAt?: number | undefined;
  /** From then on the world was as in the reference and the operator had nothing left to do; absent where it never was. */
  readonly convergedAt?: number | undefined;
  /** How long it was watched afterwards. */
  readonly watchedMs: number;
  /** What the API server held of the world at the end of that time. */
  readonly objects: readonly KubeObject[];
  /** Processes of the operator that ended though nobody ended them, spelled. */
  readonly exits: readonly string[];
  /** Lines of the operator's log that no fault excuses. */
  readonly complaints: readonly string[];
  /** Whether the operator, asked at the very end, still looked after the world; absent where there was nothing to ask. */
  readonly answeredProbe?: boolean | undefined;
}

/** A call as plans name it, without its occurrence. */
export function plannedCall(call: ProxiedCall, world: World): string {
  return nameless(spelledCall(call), world);
}

/** Whether the API server has carried it out. */
export function isCommitted(call: ProxiedCall): boolean {
  return isMutating(call) && call.status !== undefined && call.status < 300;
}

/** How often each object was created and deleted, by the spelled call. Events are a courtesy and not counted. */
export function creationsAndDeletions({ calls, world }: RunRecord): Readonly<Record<string, number>> {
  const counted = calls.filter(
    (call) => isCommitted(call) && (call.verb === 'create' || call.verb === 'delete') && call.resource !== 'events',
  );
  return tally(counted, (call) => plannedCall(call, world));
}
