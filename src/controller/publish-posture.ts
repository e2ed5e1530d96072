import type { PostureContent } from '../api/posture.ts';
import { POSTURE_NAME } from '../api/resources.ts';
import type { Timing } from '../kube/timing.ts';
import type { Outcome } from '../plan/outcome.ts';
import { posture } from '../status/posture.ts';
import type { NamespaceReport } from '../status/settle.ts';
import type { Write } from './apply-changes.ts';
import type { Observe } from './observe.ts';
import type { ClusterView } from './view.ts';
import { writePosture } from './write-posture.ts';

export interface PublishPostureDeps {
  readonly view: Pick<ClusterView, 'postures'>;
  readonly write: Write;
  readonly timing: Pick<Timing, 'now' | 'date'>;
  readonly observe: Observe;
}

/** A look at a namespace that is over but for its report. */
export interface Finished {
  readonly report: NamespaceReport;
  /** What was reported when the look began. */
  readonly previous: PostureContent | undefined;
  /** When what queued the namespace was seen, monotonic. */
  readonly addedAt: number;
}

/** The report goes into the cluster before it counts: what nobody could read was not reported. */
export async function publishPosture(
  { report, previous, addedAt }: Finished,
  { view, write, timing, observe }: PublishPostureDeps,
): Promise<Outcome | undefined> {
  const elapsed = timing.now() - addedAt;
  const now = timing.date();
  const live = view.postures.get(report.namespace, POSTURE_NAME);
  const times = { detected: new Date(now.getTime() - elapsed).toISOString(), now: now.toISOString() };
  const content = posture({ report, ...times, ...(previous === undefined ? {} : { previous }) });
  const outcome = await writePosture(report.namespace, live, content, write);
  if (outcome?.result === 'done' && outcome.object !== undefined) view.postures.put(outcome.object);
  else if (outcome?.result === 'done' && live !== undefined)
    view.postures.remove(report.namespace, POSTURE_NAME, live.uid);
  const standing = view.postures.get(report.namespace, POSTURE_NAME);
  observe({ report, previous, posture: standing, seconds: elapsed / 1000, ...refusalOf(outcome) });
  return outcome;
}

function refusalOf(outcome: Outcome | undefined): { readonly refusal?: string } {
  return outcome?.result === 'refused' ? { refusal: outcome.message } : {};
}
