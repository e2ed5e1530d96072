import type { PolicyCondition } from '../api/policy-status.ts';
import type { PostureContent } from '../api/posture.ts';
import { boundedMessage } from './bounds.ts';
import { describeSlot } from './describe-slot.ts';
import type { NamespaceReport, SlotReport } from './settle.ts';
import { levelOf } from './severity.ts';

/** A Kubernetes Event before it is addressed. */
export interface Announcement {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * What changed in a namespace and is worth an Event on its posture: repairs, and slots that entered a bad state. The
 * first report of a namespace announces nothing, and nothing an Audit policy finds is a Warning.
 */
export function postureEvents(report: NamespaceReport, previous: PostureContent | undefined): readonly Announcement[] {
  if (previous === undefined) return [];
  const { enforced, audited } = untold(report, previous);
  const news = ({ slot }: SlotReport): boolean => !wasContested(slot, previous);
  return [
    ...[...report.slots, ...report.removed].filter(news).flatMap(repairEvent),
    ...newlyContested(report, previous).map(contestEvent),
    ...enforced.filter(news).flatMap((slot) => stateEvent(slot, 'Warning')),
    ...audited.flatMap((slot) => stateEvent(slot, 'Normal')),
  ];
}

/** Slots that have become contested. From then on neither their repairs nor what is repaired are news. */
export function newlyContested(
  { slots }: NamespaceReport,
  previous: PostureContent | undefined,
): readonly SlotReport[] {
  return slots.filter(({ slot, reason }) => reason === 'Contested' && !wasContested(slot, previous));
}

function wasContested(slot: string, previous: PostureContent | undefined): boolean {
  return (previous?.slots ?? []).some((before) => before.slot === slot && before.reason === 'Contested');
}

function contestEvent({ slot, message }: SlotReport): Announcement {
  return { type: 'Warning', reason: 'Contested', message: boundedMessage(`${slot}: ${message}`) };
}

/**
 * Slots that stand otherwise than the report before told. What an Audit policy sees in a slot that another holds is in
 * that report no state but a note (`AuditDrift`): told once, it is no news.
 */
export function untold(
  { slots, audits }: NamespaceReport,
  previous: PostureContent | undefined,
): Readonly<Record<'enforced' | 'audited', readonly SlotReport[]>> {
  const before = new Map((previous?.slots ?? []).map((slot) => [slot.slot, slot]));
  // Of what had no room in the report before nobody can say whether it is news.
  const isNew = ({ slot, state }: SlotReport): boolean =>
    before.has(slot) ? before.get(slot)?.state !== state : previous?.truncated !== true;
  const isNoted = ({ slot }: SlotReport): boolean => before.get(slot)?.reason === 'AuditDrift';
  const audited = audits.flatMap((audit) => audit.slots);
  return { enforced: slots.filter(isNew), audited: audited.filter((slot) => isNew(slot) && !isNoted(slot)) };
}

/** One Event for each condition of a policy whose status changed; none for a policy's first status. */
export function policyEvents(
  current: readonly PolicyCondition[],
  previous: readonly PolicyCondition[] | undefined,
): readonly Announcement[] {
  if (previous === undefined) return [];
  const before = new Map(previous.map((condition) => [condition.type, condition.status]));
  return (
    current
      .filter(({ type, status }) => announced.has(type) && (before.get(type) ?? 'False') !== status)
      // Why it isn't ready is what Stalled says.
      .filter(({ type, status }) => type !== 'Ready' || status === 'True')
      .map(({ type, status, reason, message }) => ({
        type: type !== 'Ready' && status === 'True' && type !== 'Suspended' ? 'Warning' : 'Normal',
        reason,
        message,
      }))
  );
}

/** Reconciling comes and goes with every edit: its end shows as Ready. */
const announced: ReadonlySet<string> = new Set([
  'Ready',
  'Stalled',
  'Degraded',
  'Conflicted',
  'Contested',
  'Suspended',
]);

function repairEvent(slot: SlotReport): readonly Announcement[] {
  if (slot.repaired === undefined) return [];
  const by = slot.actor === '' ? '' : ` (actor ${slot.actor})`;
  return [{ type: 'Normal', reason: 'Repaired', message: `${slot.slot} was ${slot.repaired}${by}; repaired` }];
}

function stateEvent(slot: SlotReport, type: Announcement['type']): readonly Announcement[] {
  const level = levelOf(slot.state);
  if (['Compliant', 'Pending', 'Exempt'].includes(level) || slot.reason === 'NamespaceTerminating') return [];
  return [{ type, reason: slot.state, message: boundedMessage(`${slot.slot}: ${describeSlot(slot)}`) }];
}
