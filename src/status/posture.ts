import {
  MAX_APPLIED_LENGTH,
  MAX_BEFORE_LENGTH,
  MAX_DIFFS,
  MAX_RECENT_REPAIRS,
  MAX_SLOTS,
  MAX_SLOT_MESSAGE_LENGTH,
  MAX_SLOT_POLICIES,
} from '../api/posture.ts';
import type { PostureContent, PostureContest, PostureDiff, PostureRepair, PostureSlot } from '../api/posture.ts';
import type { FieldDiff } from '../plan/namespace-plan.ts';
import { boundedValue, cut } from './bounds.ts';
import type { Contest, NamespaceReport, SlotReport } from './settle.ts';
import { countAt, levelOf, worstLevel } from './severity.ts';

/** A posture's content is at most so large, as JSON: 32 KiB (API contract, section 5) less `truncated` itself. */
const MAX_BYTES = 32 * 1024 - 64;
/** Longest JSON pointer shown. */
const MAX_POINTER_LENGTH = 512;

export interface PostureInput {
  readonly report: NamespaceReport;
  /** The posture as it stands in the cluster: times of unchanged slots and older repairs are kept from it. */
  readonly previous?: PostureContent;
  /** When the change in the cluster was first seen, RFC 3339. */
  readonly detected: string;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * The content of a namespace's NamespacePosture. No policy generation and no ticking time is in it: where nothing
 * happened the content is the same and nothing is written.
 *
 * @returns undefined where the posture should not exist: nothing selects the namespace and nothing of ours is left.
 */
export function posture(input: PostureInput): PostureContent | undefined {
  const { report, previous, now } = input;
  if (report.matched.length === 0 && report.slots.length === 0) return undefined;
  const reported = reportedSlots(report);
  const since = sinceLookup(previous, now);
  const content = withinLimit({
    summary: summarize(reported),
    slots: mostImportant(reported, previous).map((slot) => postureSlot(slot, since(slot))),
    recentRepairs: [...newRepairs(input), ...(previous?.recentRepairs ?? [])].slice(0, MAX_RECENT_REPAIRS),
  });
  const slots = content.slots.toSorted((a, b) => (a.slot < b.slot ? -1 : 1));
  const truncated = content.truncated === true || slots.length < reported.length;
  return { ...content, slots, ...(truncated ? { truncated } : {}) };
}

/**
 * One entry a slot. An enforced slot keeps its own: it is the record of what is ours. What an Audit policy would change
 * in it is told beside; a slot that only Audit policies ask for is reported as they would see it.
 */
function reportedSlots(report: NamespaceReport): readonly SlotReport[] {
  const slots = new Map(report.slots.map((slot) => [slot.slot, slot]));
  for (const { policy, slots: audited } of report.audits) {
    for (const slot of audited) {
      const known = slots.get(slot.slot);
      if (known === undefined) slots.set(slot.slot, { ...slot, reason: slot.reason || 'Audit' });
      else if (slot.state !== 'OK' && slot.state !== 'Exempt' && levelOf(known.state) === 'Compliant') {
        slots.set(slot.slot, withProposal(known, slot, policy));
      }
    }
  }
  return [...slots.values()].toSorted((a, b) => (a.slot < b.slot ? -1 : 1));
}

/**
 * As many as a report may hold, the most important first. A slot's entry is the record of whose it is: what policies ask
 * for and what was recorded before must not be pushed out by objects that only say of themselves that they are ours.
 */
function mostImportant(slots: readonly SlotReport[], previous: PostureContent | undefined): readonly SlotReport[] {
  const recorded = new Set((previous?.slots ?? []).map(({ slot, uid }) => `${slot} ${uid}`));
  const rank = ({ slot, uid, unclaimed, state }: SlotReport): number =>
    (unclaimed === true || isOthers(state) ? 2 : 0) + (uid !== '' && recorded.has(`${slot} ${uid}`) ? 0 : 1);
  return slots.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_SLOTS);
}

/** About an object that isn't ours: a finding, not a record. */
function isOthers(state: SlotReport['state']): boolean {
  return state === 'Competing' || state === 'Widened';
}

function withProposal(known: SlotReport, audited: SlotReport, policy: string): SlotReport {
  const message = `${policy} does not write it but would see it as ${audited.state}`;
  return { ...known, reason: 'AuditDrift', message, diffs: audited.diffs };
}

function summarize(slots: readonly SlotReport[]): PostureContent['summary'] {
  const widened = slots.filter(({ state }) => state === 'Widened').length;
  return {
    state: worstLevel(slots),
    slots: slots.length,
    ok: countAt('Compliant', slots),
    drifted: countAt('Drifted', slots) - widened,
    blocked: countAt('Blocked', slots),
    held: countAt('Held', slots),
    widened,
    exempt: countAt('Exempt', slots),
  };
}

function postureSlot(slot: SlotReport, since: string): PostureSlot {
  return {
    slot: slot.slot,
    policies: slot.policies.slice(0, MAX_SLOT_POLICIES),
    ...(slot.uid === '' ? {} : { uid: slot.uid }),
    state: slot.state,
    ...(slot.reason === '' ? {} : { reason: slot.reason }),
    ...(slot.exception === undefined ? {} : { exception: slot.exception }),
    ...(slot.message === '' ? {} : { message: cut(slot.message, MAX_SLOT_MESSAGE_LENGTH) }),
    since,
    ...appliedText(slot),
    ...(slot.contest === undefined ? {} : { contest: recorded(slot.contest) }),
    ...beforeText(slot),
    ...(slot.diffs.length === 0 ? {} : { diffs: boundedDiffs(slot.diffs) }),
  };
}

/** Whole or not at all: half of it could not be gone back to. */
function appliedText({ applied }: SlotReport): Pick<PostureSlot, 'applied'> {
  const text = applied === undefined ? '' : JSON.stringify(applied);
  return text === '' || text.length > MAX_APPLIED_LENGTH ? {} : { applied: text };
}

/** Whole or not at all as well: half of it could not be put back. */
function beforeText({ before }: SlotReport): Pick<PostureSlot, 'before'> {
  const text = before === undefined ? '' : JSON.stringify(before);
  return text === '' || text.length > MAX_BEFORE_LENGTH ? {} : { before: text };
}

/** Whether it is contested follows from it, and is told by the reason. */
function recorded({ manager, repairs, since, lastRepairTime }: Contest): PostureContest {
  return { manager, repairs, since, lastRepairTime };
}

/** The first differences, each cut to what a report or a log line may hold. */
export function boundedDiffs(diffs: readonly FieldDiff[]): PostureDiff[] {
  return diffs.slice(0, MAX_DIFFS).map(postureDiff);
}

function postureDiff({ pointer, expected, live, actor }: FieldDiff): PostureDiff {
  const shown = { expected: boundedValue(expected), live: boundedValue(live) };
  return {
    pointer: cut(pointer, MAX_POINTER_LENGTH),
    ...(shown.expected === undefined ? {} : { expected: shown.expected }),
    ...(shown.live === undefined ? {} : { live: shown.live }),
    actor,
  };
}

/** When each slot entered its state: unchanged slots keep their time. */
function sinceLookup(previous: PostureContent | undefined, now: string): (slot: SlotReport) => string {
  const key = (slot: { slot: string; state: string; policies: readonly string[] }): string =>
    `${slot.slot} ${slot.state} ${slot.policies.slice(0, MAX_SLOT_POLICIES).join(',')}`;
  const before = new Map((previous?.slots ?? []).map((slot) => [key(slot), slot.since]));
  return (slot) => before.get(key(slot)) ?? now;
}

function newRepairs({ report, detected, now }: PostureInput): readonly PostureRepair[] {
  return [...report.slots, ...report.removed].flatMap((slot) =>
    slot.repaired === undefined
      ? []
      : [
          {
            slot: slot.slot,
            kind: slot.repaired,
            actor: slot.actor,
            detectedTime: slot.detected ?? detected,
            repairedTime: now,
          },
        ],
  );
}

/**
 * Gives up messages and diffs, and where that is not enough whole slots, the least important first, until all fits into
 * 32 KiB; that something is missing is said.
 */
function withinLimit(content: PostureContent): PostureContent {
  let excess = sizeOf(content) - MAX_BYTES;
  if (excess <= 0) return content;
  const lastFirst = content.slots.toReversed().map((slot) => {
    if (excess <= 0) return slot;
    const { message, diffs, ...brief } = slot;
    void [message, diffs];
    excess -= sizeOf(slot) - sizeOf(brief);
    return brief;
  });
  const kept = lastFirst.filter((slot) => {
    const fits = excess <= 0;
    if (!fits) excess -= sizeOf(slot);
    return fits;
  });
  return { ...content, slots: kept.toReversed(), truncated: true };
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}
