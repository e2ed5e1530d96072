import { fingerprint } from '../plan/fingerprint.ts';
import type { Policy } from '../api/policy.ts';
import { POSTURE_NAME } from '../api/resources.ts';
import type { Change, NamespacePlan, SlotPlan } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';
import { slotId } from '../plan/fold.ts';
import { selects } from '../plan/selection.ts';
import { plan } from '../plan/plan.ts';
import type { Evidence, NamespaceSnapshot } from '../plan/snapshot.ts';
import { objectKindOf } from '../slots/object-kinds.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';
import { settle, withOwnRefusal } from '../status/settle.ts';
import type { NamespaceReport } from '../status/settle.ts';
import { applyChanges } from './apply-changes.ts';
import type { Hold, Write } from './apply-changes.ts';
import type { Timing } from '../kube/timing.ts';
import type { Brake } from './brake.ts';
import type { Memory } from './memory.ts';
import { nextOf } from './next.ts';
import type { Next } from './next.ts';
import type { Item } from './queue.ts';
import type { Observe } from './observe.ts';
import { publishPosture } from './publish-posture.ts';
import { recordAhead } from './record-ahead.ts';
import { recordIn } from './record-in.ts';
import { selectionMoved } from './selection-moved.ts';
import { gather, takeIn } from './view.ts';
import type { ClusterView } from './view.ts';

/** A conflict is reported once it has lasted for so many attempts: 5 + 10 + 20 + 40 ms. */
const QUIET_ATTEMPTS = 4;

export interface ReconcileDeps {
  readonly view: ClusterView;
  readonly memory: Memory;
  /** Paces repairs that somebody keeps undoing. */
  readonly brake: Brake;
  /** Writes one change to the cluster; never throws. */
  readonly write: Write;
  /** Looks for what these changes in a namespace could violate. Never rejects. */
  readonly look: (namespace: string, changes: readonly Change[]) => Promise<Evidence>;
  readonly platform: () => PlatformFacts;
  /** The user this process is to the API server, if that is known. */
  readonly operator: () => string | undefined;
  readonly protectedNamespaces: readonly string[];
  /** Whether a policy's finalizer is on its way; once that is decided its namespaces are looked at again. */
  readonly isUndecided: (policy: Policy) => boolean;
  readonly maxExceptionMs: number;
  readonly timing: Pick<Timing, 'now' | 'date'>;
  /** Metrics, events and log lines of a finished reconcile. */
  readonly observe: Observe;
  /** Policies whose status may have changed. */
  readonly policiesTouched: (names: Iterable<string>) => void;
  /** What exceptions cover in a namespace, and the snapshot that was found with; nothing where it is gone. */
  readonly exempted: (report: Pick<NamespaceReport, 'namespace' | 'exemptions'>, snapshot?: NamespaceSnapshot) => void;
}

/**
 * Brings one namespace to its posture. The table of contents: gather, plan, apply, report. Level-based: it knows
 * nothing of the event that queued the key but when it was seen.
 */
export async function reconcileNamespace(item: Item, deps: ReconcileDeps): Promise<Next> {
  const { key: name, addedAt } = item;
  const { view, memory, protectedNamespaces, maxExceptionMs } = deps;
  const snapshot = gather(view, name, {
    platform: deps.platform(),
    operator: deps.operator(),
    protectedNamespaces,
    now: deps.timing.date().getTime(),
    maxExceptionMs,
    lastWritten: memory.writtenIn(name),
    unreported: memory.unreportedIn(name),
  });
  if (snapshot === undefined) {
    deps.policiesTouched(memory.forgetEntirely(name));
    deps.brake.forget(name);
    deps.exempted({ namespace: name, exemptions: [] });
    return { when: 'settled' };
  }
  if (awaitsDecision(snapshot, deps)) return { when: 'settled' };

  const previous = view.postures.get(name, POSTURE_NAME)?.content;
  const brake = deps.brake.of(name, previous);
  const { planned, outcomes } = await planAndApply(snapshot, deps, (due) => brake.hold(due));
  const settled = settle(planned, outcomes);
  if (isPassing(settled, outcomes, item)) {
    // Not worth a report, but what was written has to stay known: what stood in a field before is in no other place.
    memory.keepRecord(name, recordIn(settled, view));
    return { when: 'backoff' };
  }
  const report = brake.report(settled, outcomes);
  // Its report goes with the namespace.
  const reported = snapshot.namespace.terminating
    ? undefined
    : await publishPosture({ report, previous, addedAt }, deps);

  keepRecord(report, reported, deps);

  deps.policiesTouched(memory.remember(withOwnRefusal(report, reported), generationsOf(snapshot)));
  deps.exempted(report, snapshot);
  const lookAgainMs = brake.lookAgainMs();
  const next = selectionMoved(snapshot, view) ? ({ when: 'backoff' } as const) : nextOf(planned, outcomes, reported);
  return { ...next, ...(lookAgainMs === undefined ? {} : { lookAgainMs }) };
}

interface Applied {
  readonly planned: NamespacePlan;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

/**
 * Plans and writes. An edit that tightens something waits for a look at what runs, and nothing else waits for it: a new
 * namespace has its default-deny before anybody has looked what runs there.
 */
async function planAndApply(snapshot: NamespaceSnapshot, deps: ReconcileDeps, hold: Hold): Promise<Applied> {
  const planned = plan(snapshot);
  const write = async (change: Change): Promise<Outcome> => {
    if (change.action === 'apply') await recordAhead(planned, deps);
    return writeAndRemember(change, deps);
  };
  rememberSettled(snapshot, planned, deps.memory);
  const waiting = planned.slots.filter(({ tightens }) => tightens === true);
  if (waiting.length === 0) return { planned, outcomes: await applyChanges(planned, write, hold) };

  const looking = deps.look(
    snapshot.namespace.name,
    waiting.flatMap(({ change }) => change ?? []),
  );
  const first = await applyChanges(
    only(planned, (slot) => !waiting.includes(slot)),
    write,
    hold,
  );
  const informed = plan({ ...snapshot, evidence: await looking });
  const second = await applyChanges(
    only(informed, ({ slot }) => waiting.some((each) => each.slot === slot)),
    write,
    hold,
  );
  return { planned: informed, outcomes: new Map([...first, ...second]) };
}

function only(planned: NamespacePlan, wanted: (slot: SlotPlan) => boolean): NamespacePlan {
  return { ...planned, slots: planned.slots.filter(wanted) };
}

function awaitsDecision(
  { policies, namespace, protectedNamespaces }: NamespaceSnapshot,
  { isUndecided }: ReconcileDeps,
): boolean {
  return policies.some((policy) => isUndecided(policy) && selects(policy, namespace, protectedNamespaces));
}

/** Own writes enter the stores at once, so that the watch's echo of them is no news. */
async function writeAndRemember(change: Change, { write, view, memory }: ReconcileDeps): Promise<Outcome> {
  const outcome = await write(change);
  if (outcome.result !== 'done') return outcome;
  const { kind } = change.resource;
  if (change.action === 'delete') {
    view.objects.get(kind)?.remove(change.namespace, change.name, change.uid);
    memory.wrote(change.namespace, `${kind}/${change.name}`, undefined);
  } else if (outcome.object !== undefined) {
    const namespace = change.action === 'create' ? (change.object.metadata.namespace ?? '') : change.namespace;
    const written = takeIn(view, change, outcome.object);
    memory.wrote(namespace, `${kind}/${outcome.object.metadata.name}`, written && fingerprint(written));
  }
  return outcome;
}

/** What stood as wanted when first seen counts as ours: only then can a later change be told from a policy's edit. */
function rememberSettled(
  { live, lastWritten }: NamespaceSnapshot,
  { namespace, slots }: NamespacePlan,
  memory: Memory,
): void {
  const settled = new Set(
    slots.filter(({ change, state }) => change === undefined && state === 'OK').map(({ slot }) => slot),
  );
  for (const object of live) {
    const slot = slotId(object);
    // Of fields several values may be as wanted: the last of them is what a change is told from.
    const known = lastWritten?.has(slot) === true && objectKindOf(object.kind)?.fields === undefined;
    if (settled.has(slot) && !known) memory.wrote(namespace, slot, fingerprint(object));
  }
}

/** What is ours must stay known where the report that records it is refused. */
function keepRecord(report: NamespaceReport, reported: Outcome | undefined, { view, memory }: ReconcileDeps): void {
  const stands = reported === undefined || reported.result === 'done';
  memory.keepRecord(report.namespace, stands ? undefined : recordIn(report, view));
}

/**
 * Somebody wrote at the same moment (a quota's controller does, after every edit): not worth a report, unless it goes
 * on or something else was repaired that has to be told.
 */
function isPassing(report: NamespaceReport, outcomes: ReadonlyMap<string, Outcome>, { attempt }: Item): boolean {
  const told = [...report.slots, ...report.removed].some(({ repaired }) => repaired !== undefined);
  return !told && attempt < QUIET_ATTEMPTS && [...outcomes.values()].some(({ result }) => result === 'stale');
}

function generationsOf({ policies }: NamespaceSnapshot): ReadonlyMap<string, number> {
  return new Map(policies.map(({ name, generation }) => [name, generation]));
}
