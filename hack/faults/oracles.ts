import type { NamespacePosture } from '../../src/api/posture.ts';
import { postureResource } from '../../src/api/resources.ts';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { isMutating, spelledCall } from '../support/fault-proxy/call-identity.ts';
import type { CallIdentity } from '../support/fault-proxy/call-identity.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';
import { isAllowed } from './allowed-calls.ts';
import type { Reference } from './reference.ts';
import { creationsAndDeletions, isCommitted } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { differences, snapshotOf } from './snapshot.ts';

/** What an oracle found wrong, in words that name what was seen. */
export interface Finding {
  readonly oracle: OracleName;
  readonly seen: string;
}

export type OracleName = keyof typeof ORACLES | 'played';

type Oracle = (record: RunRecord, reference: Reference, watchMs: number) => readonly string[];

/** How long after convergence nothing may be written. */
export const STABLE_MS = 60_000;
const DEFAULT_DENY = 'parapet-default-deny';

/** RELIABILITY 1.4, each a pure function of what was recorded. Empty = nothing to object to. */
const ORACLES = {
  'a end state': endState,
  'b creations and deletions': commitCounts,
  'c stable': stability,
  'd default-deny': coverage,
  'e allowed calls': allowedCalls,
  'f alive': life,
  'g true status': truth,
} as const satisfies Record<string, Oracle>;

/**
 * All that is wrong with a run.
 *
 * @param watchMs how long it had to be watched
 */
export function judge(record: RunRecord, reference: Reference, watchMs = STABLE_MS): readonly Finding[] {
  return Object.entries(ORACLES).flatMap(([oracle, ask]) =>
    ask(record, reference, watchMs).map((seen) => ({ oracle: oracle as OracleName, seen })),
  );
}

function endState({ objects, world }: RunRecord, { end }: Reference): readonly string[] {
  return differences(end, snapshotOf(objects, world));
}

/** Of commits, not of requests: whoever doesn't know whether a write was carried out may ask again. */
function commitCounts(record: RunRecord, { commits }: Reference): readonly string[] {
  return differences(commits, creationsAndDeletions(record));
}

function stability({ calls, convergedAt, watchedMs }: RunRecord, _: Reference, watchMs: number): readonly string[] {
  if (convergedAt === undefined) return ['never came to rest'];
  if (watchedMs < watchMs) return [`was watched for ${Math.round(watchedMs)} ms only`];
  // Events are told one after another, when there is time: they are late for what they tell of.
  const late = calls.filter((call) => isMutating(call) && call.resource !== 'events' && call.arrivedAt > convergedAt);
  return late.map((call) => `${spelledCall(call)} ${Math.round(call.arrivedAt - convergedAt)} ms after convergence`);
}

/** Where the namespace stays selected, no commit of ours may take its default-deny away or open it. */
function coverage({ calls }: RunRecord, { commits }: Reference): readonly string[] {
  const mayGo = Object.keys(commits).some((call) => call.startsWith('delete networkpolicies NS/parapet-default-deny'));
  if (mayGo) return [];
  const about = calls.filter(({ resource, name }) => resource === 'networkpolicies' && name === DEFAULT_DENY);
  return about.filter((call) => isCommitted(call) && opens(call)).map((call) => `committed: ${spelledCall(call)}`);
}

function opens({ verb, reply }: ProxiedCall): boolean {
  if (verb === 'delete') return true;
  const { spec } = (reply ?? {}) as { readonly spec?: Readonly<Record<string, unknown>> };
  const types = (spec?.['policyTypes'] ?? []) as readonly string[];
  const rules = ['ingress', 'egress'].flatMap((direction) => (spec?.[direction] ?? []) as readonly unknown[]);
  const everyPod = Object.keys((spec?.['podSelector'] ?? { none: true }) as object).length === 0;
  return !everyPod || rules.length > 0 || types.length !== 2;
}

function allowedCalls({ calls }: RunRecord): readonly string[] {
  return calls.filter((call: CallIdentity) => !isAllowed(call)).map((call) => spelledCall(call));
}

function life({ exits, complaints, answeredProbe }: RunRecord): readonly string[] {
  const stuck = answeredProbe === false ? ['the world is no longer looked after'] : [];
  return [...exits.map((exit) => `the operator ended: ${exit}`), ...complaints, ...stuck];
}

/** At rest, what reports say has to be so. */
function truth({ objects, calls }: RunRecord): readonly string[] {
  return [
    ...calls.flatMap(early),
    ...objects.flatMap(policyTruth),
    ...objects.flatMap((object) => postureTruth(object, objects)),
  ];
}

function policyTruth(object: KubeObject): readonly string[] {
  if (object.kind !== 'ClusterSecurityPolicy') return [];
  const { generation } = object.metadata;
  const { observedGeneration, namespaces, drift } = (object['status'] ?? {}) as PolicyStatus;
  const seen = observedGeneration === generation ? [] : [`generation ${generation}, observed ${observedGeneration}`];
  const open = Object.entries({
    pending: namespaces?.pending,
    drifted: namespaces?.drifted,
    blocked: namespaces?.blocked,
    'open drift': drift?.open,
  }).filter(([, count = 0]) => count > 0);
  return [...seen, ...open.map(([what, count]) => `${what}: ${count}, at rest`)];
}

function postureTruth(object: KubeObject, objects: readonly KubeObject[]): readonly string[] {
  if (object.kind !== 'NamespacePosture') return [];
  const { slots, summary } = object as unknown as NamespacePosture;
  const ok = slots.filter(({ state }) => state === 'OK').length;
  const counts = summary.ok === ok && summary.slots === slots.length;
  const strangers = slots.filter(({ slot, uid }) => uid !== undefined && uid !== uidOf(slot, objects));
  return [
    ...(counts ? [] : [`summary says ${summary.ok} of ${summary.slots} where ${ok} of ${slots.length} slots are OK`]),
    ...strangers.map(({ slot, uid }) => `${slot} is recorded with uid ${uid}, which is not the live object's`),
  ];
}

/** A report may come late, but may never call well what nobody has seen standing: such a slot has no uid yet. */
function early(call: ProxiedCall): readonly string[] {
  if (call.resource !== postureResource.plural || !isCommitted(call)) return [];
  const { slots = [] } = (call.reply ?? {}) as Partial<NamespacePosture>;
  const unseen = slots.filter(
    ({ slot, state, uid = '' }) => state === 'OK' && uid === '' && objectKindOf(kindIn(slot))?.fields === undefined,
  );
  return unseen.map(({ slot }) => `${slot} was reported as OK before it stood`);
}

function kindIn(slot: string): string {
  return slot.slice(0, slot.indexOf('/'));
}

/** @param slot `Kind/name` */
function uidOf(slot: string, objects: readonly KubeObject[]): string | undefined {
  return objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === slot)?.metadata.uid;
}
