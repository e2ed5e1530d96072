import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../../src/errors.ts';
import { spelledCall } from '../../support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../../support/fault-proxy/proxied-call.ts';
import { until } from '../../support/until.ts';
import type { Verdict } from '../campaign.ts';
import type { Lane, WorldLog } from '../lane.ts';
import { judge } from '../oracles.ts';
import type { Finding } from '../oracles.ts';
import { isObserved, stageOf } from '../play.ts';
import type { Reference } from '../reference.ts';
import { isCommitted } from '../run-record.ts';
import type { RunRecord } from '../run-record.ts';
import type { Stage } from '../scenarios.ts';
import { differences, snapshotOf } from '../snapshot.ts';
import { expectationOf, measureFor, tenantFindings, withoutTenants } from './expectation.ts';
import { streamPlan } from './stream-plan.ts';
import type { StreamGroup } from './stream-plan.ts';
import type { StreamScenario } from './stream-scenarios.ts';

/** A policy's status comes up to a second after what it tells of. */
const QUIET_MS = 1_300;
/** How long the operator may take to try something. */
const TRIES_MS = 20_000;

/** One world and what happens in it. */
export interface Actor {
  readonly group: StreamGroup;
  readonly scenario: StreamScenario;
  readonly reference: Reference;
  readonly log: WorldLog;
  readonly stage: Stage;
  readonly findings: Finding[];
  triggeredAt: number;
  convergedAt?: number;
  complaints: readonly string[];
  exits: readonly string[];
}

/** The group's worlds, as they are before anything happens in them. */
export async function prepared(
  lane: Lane,
  group: StreamGroup,
  references: readonly Reference[],
): Promise<readonly Actor[]> {
  const actors = group.scenarios.map((scenario): Actor => {
    const log = lane.newWorld();
    const stage = stageOf(lane, log);
    const reference = expectationOf(scenario, references);
    return { group, scenario, reference, log, stage, findings: [], triggeredAt: 0, complaints: [], exits: [] };
  });
  await Promise.all(actors.map(({ scenario, stage }) => scenario.given(stage)));
  return actors;
}

/** Does something of a plan; what goes wrong is found in it. */
export async function noted({ findings }: Actor, what: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    findings.push({ oracle: 'played', seen: `${what}: ${messageOf(error)}` });
  }
}

/** Resolves when the cluster has done its part. */
export async function isOver({ scenario, stage, log }: Actor): Promise<void> {
  const done = (): boolean => scenario.over?.(stage) ?? true;
  await until(`the part of the cluster in ${log.world.namespace}`, done, { deadlineMs: 60_000, everyMs: 100 });
}

/** Resolves when the world is as it has to end and still, or has had its time. */
export async function converges(lane: Lane, actor: Actor, deadlineMs: number): Promise<void> {
  const { scenario, log, stage } = actor;
  const isThere = (): boolean => log.isQuiet(QUIET_MS) && (scenario.over?.(stage) ?? true) && isAsExpected(lane, actor);
  // Nothing was seen of it yet, or it is well already: both look alike for a moment.
  await delay(QUIET_MS);
  await until('it', isThere, { deadlineMs, everyMs: 100 }).then(
    () => void (actor.convergedAt = performance.now()),
    () => undefined,
  );
}

function isAsExpected({ view }: Lane, { reference, scenario, log }: Actor): boolean {
  // What was edited and edited back looks well before anybody has looked at it.
  if (!isObserved(view, log)) return false;
  const objects = withoutTenants(view.objectsOf(log.world), scenario);
  return differences(reference.end, snapshotOf(objects, log.world)).length === 0;
}

/** What all oracles have to say in the end. @param watchMs how long it had to be watched */
export async function verdictOn(lane: Lane, actor: Actor, watchMs: number): Promise<Verdict> {
  const { group, scenario, reference, log, convergedAt, triggeredAt } = actor;
  const plan = streamPlan(group, scenario);
  const objects = await lane.view.listed(log.world);
  const record: RunRecord = {
    world: log.world,
    calls: log.calls,
    triggeredAt,
    watchedMs: performance.now() - (convergedAt ?? performance.now()),
    objects: withoutTenants(objects, scenario),
    exits: actor.exits,
    complaints: actor.complaints,
    ...(convergedAt === undefined ? {} : { convergedAt }),
  };
  const findings = [
    ...actor.findings,
    ...judge(record, measureFor(scenario, reference, record), watchMs),
    ...tenantFindings(scenario, objects),
  ];
  const ms = Math.round((convergedAt ?? performance.now()) - triggeredAt);
  return {
    plan,
    findings,
    unreached: false,
    ms,
    calls: findings.length === 0 ? [] : log.calls.map((call) => told(call, triggeredAt)),
  };
}

/** `+12 ms patch namespaces fw-00001: 409`. */
function told(call: RunRecord['calls'][number], from: number): string {
  return `+${Math.round(call.arrivedAt - from)} ms ${spelledCall(call)}: ${call.told ?? 'no answer'}`;
}

/** Who asks for any version may be told of the past: there would be time travel to try. */
export function travels({ proxy }: Lane): readonly Finding[] {
  const asked = proxy.watches.filter(({ url }) => /[?&]resourceVersion=0(&|$)/.test(url));
  return asked.map(({ url }) => ({ oracle: 'played', seen: `asked for any version: ${url}` }));
}

/** Before the operator has tried anything on the tenant's object there is nothing to see. */
export async function blindAttempt(actor: Actor, kinds: readonly string[]): Promise<void> {
  if (actor.scenario.squatted === undefined) return;
  const tried = (): boolean => blindCalls(actor, kinds).some(({ told }) => told !== undefined);
  await noted(actor, 'proved nothing', until('the operator to try', tried, { deadlineMs: TRIES_MS }));
}

function blindCalls({ scenario, log }: Actor, kinds: readonly string[]): readonly ProxiedCall[] {
  const name = scenario.squatted?.slot.split('/').at(1);
  return log.calls.filter((call) => kinds.includes(call.resource) && call.name === name);
}

/** What was committed on a tenant's object before the operator could know of it was decided on ours. */
export function blindWrites(actor: Actor, kinds: readonly string[]): readonly Finding[] {
  return blindCalls(actor, kinds)
    .filter(isCommitted)
    .map((call) => ({ oracle: 'played', seen: `${spelledCall(call)} hit another object than it was decided on` }));
}
