import type { PostureContent, PostureRepair } from '../api/posture.ts';
import { POSTURE_NAME } from '../api/resources.ts';
import type { Timing } from '../kube/timing.ts';
import type { Outcome } from '../plan/outcome.ts';
import { posture } from '../status/posture.ts';
import type { NamespaceReport } from '../status/settle.ts';
import type { Write } from './apply-changes.ts';
import type { Memory } from './memory.ts';
import type { Observe } from './observe.ts';
import type { ClusterView, PostureEntry } from './view.ts';
import { writePosture } from './write-posture.ts';

export interface PublishPostureDeps {
  readonly view: Pick<ClusterView, 'postures'>;
  readonly memory: Pick<Memory, 'untoldIn' | 'keepUntold'>;
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
  { view, memory, write, timing, observe }: PublishPostureDeps,
): Promise<Outcome | undefined> {
  const elapsed = timing.now() - addedAt;
  const now = timing.date();
  const live = view.postures.get(report.namespace, POSTURE_NAME);
  const times = { detected: new Date(now.getTime() - elapsed).toISOString(), now: now.toISOString() };
  const known = withUntold(previous, memory.untoldIn(report.namespace));
  const content = posture({ report, ...times, ...(known === undefined ? {} : { previous: known }) });
  const outcome = await writePosture(report.namespace, live, content, write);
  takeIn(outcome, live, { view, namespace: report.namespace });
  memory.keepUntold(report.namespace, stands(outcome) ? undefined : content?.recentRepairs);
  const standing = view.postures.get(report.namespace, POSTURE_NAME);
  observe({ report, previous, posture: standing, seconds: elapsed / 1000, ...refusalOf(outcome) });
  return outcome;
}

function takeIn(
  outcome: Outcome | undefined,
  live: PostureEntry | undefined,
  { view, namespace }: Pick<PublishPostureDeps, 'view'> & { readonly namespace: string },
): void {
  if (outcome?.result !== 'done') return;
  if (outcome.object !== undefined) view.postures.put(outcome.object);
  else if (live !== undefined) view.postures.remove(namespace, POSTURE_NAME, live.uid);
}

/** Whether the report in the cluster reads as it should. */
function stands(outcome: Outcome | undefined): boolean {
  return outcome === undefined || outcome.result === 'done';
}

/** Repairs whose report was refused belong to what the next one goes on from. */
function withUntold(
  previous: PostureContent | undefined,
  untold: readonly PostureRepair[] | undefined,
): PostureContent | undefined {
  return previous === undefined || untold === undefined ? previous : { ...previous, recentRepairs: [...untold] };
}

function refusalOf(outcome: Outcome | undefined): { readonly refusal?: string } {
  return outcome?.result === 'refused' ? { refusal: outcome.message } : {};
}
