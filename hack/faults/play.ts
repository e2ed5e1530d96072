import { setTimeout as delay } from 'node:timers/promises';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { policyResource } from '../../src/api/resources.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { Resource } from '../../src/slots/kube-object.ts';
import { call } from '../support/admin.ts';
import { isMutating } from '../support/fault-proxy/call-identity.ts';
import type { LogEntry } from '../support/operator-process.ts';
import { until } from '../support/until.ts';
import type { Armed, Lane, WorldLog } from './lane.ts';
import type { Reference } from './reference.ts';
import { plannedCall } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import type { Scenario, Stage } from './scenarios.ts';
import { differences, snapshotOf } from './snapshot.ts';

/**
 * No call for so long: a policy's status comes a second after what it tells of, several where many policies are about, and
 * a Retry-After asks for one more.
 */
const QUIET_MS = 6_000;
/** Enough to begin with the scenario. */
const SETUP_QUIET_MS = 2_500;
/** Enough to go on with what else waits for it. */
const WELL_MS = 300;
/** These are generous: a machine that is out of breath is slow in everything, and a fault of Parapet's is not cured by time. */
const SETUP_MS = 300_000;
const FIRING_MS = 120_000;
/** The longest: 30 s for an answer that never comes, then a minute until a refused write is tried again. */
const CONVERGENCE_MS = 240_000;
const PASSED_BY_MS = 15_000;
const PROBE_MS = 60_000;
/** A timer may come up to a millisecond early. */
const TIMER_MS = 10;

export interface Play {
  readonly lane: Lane;
  readonly scenario: Scenario;
  /** Absent for a reference run, which is over as soon as nothing happens any more. */
  readonly against?: Reference;
  readonly armed?: Armed;
  /** How long to watch after convergence. */
  readonly watchMs: number;
  /** How long convergence may take, where that is less than the longest there is. */
  readonly patienceMs?: number;
  /** Held while a fault may end the operator, from the trigger until the world is well again. */
  readonly alone?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called when nothing is left to do but to watch. */
  readonly resting?: () => void;
}

/** Plays a scenario in a world of its own, and writes down what is to be seen. */
export async function play(plan: Play): Promise<RunRecord> {
  const { lane, scenario, armed, watchMs, alone = (work) => work() } = plan;
  const log = lane.newWorld();
  const stage = stageOf(lane, log);
  await scenario.given(stage);
  const acted = await alone(() => act(plan, log, stage));
  plan.resting?.();
  const convergedAt = acted.wellAt && (await restOf(plan, log, stage));
  const watchedFrom = performance.now();
  if (convergedAt !== undefined) await delay(watchMs + TIMER_MS);
  const watchedMs = performance.now() - watchedFrom;
  const objects = await lane.view.listed(log.world);
  const calls = [...log.calls];
  const restless = convergedAt === undefined || watchMs === 0;
  return {
    world: log.world,
    planned: armed,
    calls,
    triggeredAt: acted.triggeredAt,
    firedAt: log.firedAt(),
    convergedAt,
    watchedMs,
    objects,
    answeredProbe: restless ? undefined : await probed(scenario, stage),
    exits: lane.endedSince(acted.triggeredAt),
    complaints: complaintsIn(lane.logs().slice(acted.logged), log),
  };
}

interface Acted {
  readonly triggeredAt: number;
  /** When the world was as in the reference, for the first time. */
  readonly wellAt?: number;
  /** How many lines the operators had logged before. */
  readonly logged: number;
}

async function act(plan: Play, log: WorldLog, stage: Stage): Promise<Acted> {
  const { lane, scenario, armed } = plan;
  // One that could not be played may have left nobody behind.
  if (armed?.kind.group === 'crash' && !lane.isUp()) await lane.restart();
  const logged = lane.logs().length;
  log.arm(armed);
  const triggeredAt = performance.now();
  await scenario.trigger(stage);
  // A call that doesn't come, since it depends on the moment, leaves a run without a fault.
  if (armed !== undefined) await happens(FIRING_MS, () => log.firedAt() !== undefined || hasPassedBy(log));
  log.disarm();
  if (armed?.kind.group === 'crash' && log.firedAt() !== undefined) {
    // The call has arrived; the process goes when the fault says so.
    await happens(FIRING_MS, () => !lane.isUp());
    await lane.restart();
  }
  const well = await happens(plan.patienceMs ?? CONVERGENCE_MS, () =>
    hasConverged(plan, log, { stage, quietMs: WELL_MS }),
  );
  return { triggeredAt, logged, ...(well ? { wellAt: performance.now() } : {}) };
}

/** When it has been well for long enough that nothing of the scenario can be under way; undefined where that never comes. */
async function restOf(plan: Play, log: WorldLog, stage: Stage): Promise<number | undefined> {
  const rested = await happens(plan.patienceMs ?? CONVERGENCE_MS, () =>
    hasConverged(plan, log, { stage, quietMs: QUIET_MS }),
  );
  return rested ? performance.now() : undefined;
}

/** Whether something was done, but nothing is any more. */
function hasPassedBy(log: WorldLog): boolean {
  return hasBegun(log) && log.isQuiet(PASSED_BY_MS);
}

/** An Event may still tell of what was before the trigger. */
function hasBegun({ calls }: WorldLog): boolean {
  return calls.some(({ resource }) => resource !== 'events');
}

async function happens(deadlineMs: number, condition: () => boolean): Promise<boolean> {
  return until('it', condition, { deadlineMs, everyMs: 100 }).then(
    () => true,
    () => false,
  );
}

/** The world is as in the reference, nothing is under way, and what the API server refused has been written since. */
function hasConverged(
  { lane, scenario, armed, against }: Play,
  log: WorldLog,
  { stage, quietMs }: { readonly stage: Stage; readonly quietMs: number },
): boolean {
  if (!log.isQuiet(quietMs) || scenario.over?.(stage) === false) return false;
  if (!hasBegun(log)) return false;
  if (against === undefined) return isObserved(lane.view, log);
  if (isOwed(log, armed) || !isObserved(lane.view, log)) return false;
  const state = snapshotOf(lane.view.objectsOf(log.world), log.world);
  return differences(against.end, state).length === 0;
}

/** A refused write is due again until it has been carried out. Events are given up. */
function isOwed(log: WorldLog, armed: Armed | undefined): boolean {
  if (armed?.kind.refused !== true || log.firedAt() === undefined) return false;
  const { calls, world } = log;
  const sameCalls = calls.filter((each) => armed.call.startsWith(`${plannedCall(each, world)} #`));
  const [first] = sameCalls;
  if (first === undefined || !isMutating(first) || first.resource === 'events') return false;
  const faulted = sameCalls.findIndex(({ fault }) => fault !== undefined);
  return !sameCalls.slice(faulted + 1).some(({ status = 500 }) => status < 300);
}

async function probed({ probe }: Scenario, stage: Stage): Promise<boolean | undefined> {
  if (probe === undefined) return undefined;
  return happens(PROBE_MS, await probe(stage));
}

export function complaintsIn(logs: readonly LogEntry[], { world }: WorldLog): readonly string[] {
  const keys: unknown[] = [world.namespace, world.policy];
  const grave = ({ level, message, key }: LogEntry): boolean =>
    level === 'stderr' || (message === 'reconcile failed' && keys.includes(key));
  return logs.filter(grave).map((entry) => JSON.stringify(entry));
}

export function stageOf({ admin, view }: Lane, log: WorldLog): Stage {
  const { world } = log;
  const pathOf = (resource: Resource, name: string): string => objectPath(resource, world.namespace, name);
  const accounts = objectKindOf('ServiceAccount')?.resource;
  return {
    world,
    create: (object, resource) => {
      const query = { fieldManager: 'tenant' };
      return call(admin, { method: 'POST', path: collectionPath(resource, world.namespace), query, body: object });
    },
    edit: (resource, name, body) => {
      const query = { fieldManager: 'tenant' };
      const contentType = 'application/merge-patch+json';
      return call(admin, { method: 'PATCH', path: pathOf(resource, name), query, contentType, body });
    },
    remove: async (resource, name) => {
      await call(admin, { method: 'DELETE', path: pathOf(resource, name) });
    },
    inhabited: async () => {
      await until('the default ServiceAccount', () => accounts && view.get(accounts, world, 'default'));
    },
    reconciled: async () => {
      await until('the policy to be reconciled', () => isReconciled(view, log), { deadlineMs: SETUP_MS, everyMs: 100 });
    },
    absent: async (resource, name) => {
      await until(`${name} to be gone`, () => view.get(resource, world, name) === undefined, { deadlineMs: 60_000 });
    },
    uidOf: (resource, name) => view.get(resource, world, name)?.metadata.uid,
  };
}

function isReconciled(view: Lane['view'], log: WorldLog): boolean {
  const policy = view.get(policyResource, log.world, log.world.policy);
  const { namespaces } = (policy?.['status'] ?? {}) as PolicyStatus;
  const compliant = namespaces?.pending === 0 && namespaces.compliant === namespaces.matched;
  return compliant && isObserved(view, log) && log.isQuiet(SETUP_QUIET_MS);
}

/** Whether the policy's status, if there is one, speaks of its present generation. */
export function isObserved(view: Lane['view'], { world }: WorldLog): boolean {
  const policy = view.get(policyResource, world, world.policy);
  const status = policy?.['status'] as PolicyStatus | undefined;
  return policy === undefined || status?.observedGeneration === policy.metadata.generation;
}
