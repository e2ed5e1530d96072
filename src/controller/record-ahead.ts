import type { PostureContent } from '../api/posture.ts';
import { POSTURE_NAME } from '../api/resources.ts';
import type { Timing } from '../kube/timing.ts';
import type { NamespacePlan, SlotPlan } from '../plan/namespace-plan.ts';
import { recordOf } from '../plan/record.ts';
import { posture } from '../status/posture.ts';
import { settle } from '../status/settle.ts';
import type { Write } from './apply-changes.ts';
import type { ClusterView } from './view.ts';
import { writePosture } from './write-posture.ts';

export interface RecordAheadDeps {
  readonly view: Pick<ClusterView, 'postures'>;
  readonly write: Write;
  readonly timing: Pick<Timing, 'date'>;
}

/**
 * Reports the plan as it stands before fields of somebody else's object are written for the first time: what stood there
 * is nowhere else, and the process may end between that write and its report. Where the report is refused the write is
 * made all the same; then this process alone knows.
 */
export async function recordAhead(planned: NamespacePlan, { view, write, timing }: RecordAheadDeps): Promise<void> {
  const { namespace } = planned;
  const live = view.postures.get(namespace, POSTURE_NAME);
  if (planned.slots.every((slot) => isRecorded(slot, live?.content))) return;
  const now = timing.date().toISOString();
  const previous = live === undefined ? {} : { previous: live.content };
  const content = posture({ report: settle(planned, new Map()), detected: now, now, ...previous });
  const outcome = await writePosture(namespace, live, content, write);
  if (outcome?.result === 'done' && outcome.object !== undefined) view.postures.put(outcome.object);
}

/** Whether the report in the cluster holds every field whose former value would be lost with the write. */
function isRecorded({ slot, change, before = {} }: SlotPlan, reported: PostureContent | undefined): boolean {
  if (change?.action !== 'apply') return true;
  const known = reported?.slots.find((each) => each.slot === slot);
  const recorded = known === undefined ? {} : (recordOf(known).before ?? {});
  return Object.keys(before).every((pointer) => Object.hasOwn(recorded, pointer));
}
