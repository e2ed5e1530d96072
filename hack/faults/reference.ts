import { creationsAndDeletions, plannedCall } from './run-record.ts';
import type { RunRecord } from './run-record.ts';
import { differences, snapshotOf } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';

/** What a scenario comes to where nothing goes wrong. */
export interface Reference {
  readonly scenario: string;
  /** The calls that every reference run made, spelled with their occurrence; in the order of the first run. */
  readonly calls: readonly string[];
  readonly end: Snapshot;
  /** How often each object was created and deleted. */
  readonly commits: Readonly<Record<string, number>>;
}

/**
 * Several runs of a scenario, of which only what all have in common is kept: how often a status is written depends on the
 * moment. Throws where they don't end alike, for then nothing could be told from them.
 */
export function referenceOf(scenario: string, runs: readonly RunRecord[]): Reference {
  const [first, ...others] = runs;
  if (first === undefined) throw new Error(`no reference run of ${scenario}`);
  const end = snapshotOf(first.objects, first.world);
  const commits = creationsAndDeletions(first);
  for (const run of others) {
    const differ = [
      ...differences(end, snapshotOf(run.objects, run.world)),
      ...differences(commits, creationsAndDeletions(run)),
    ];
    if (differ.length > 0) throw new Error(`two reference runs of ${scenario} differ: ${differ.join('; ')}`);
  }
  const inOthers = others.map((run) => new Set(grantedCalls(run)));
  const calls = grantedCalls(first).filter((call) => inOthers.every((made) => made.has(call)) && isPlannable(call));
  return { scenario, calls, end, commits };
}

/**
 * Events of one subject are all named alike, and which of them is the second depends on the moment: the first stands for
 * all. Whether one is counted up instead depends on what this process has told before.
 */
function isPlannable(call: string): boolean {
  return !call.includes(' events ') || (call.startsWith('create ') && call.endsWith(' #1'));
}

/** What the API server refuses also without a fault, as an edit of something just gone, need not be tried again. */
function grantedCalls(run: RunRecord): readonly string[] {
  return numberedCalls(run).filter((_, index) => (run.calls[index]?.status ?? 0) < 300);
}

/** The calls of a run with their occurrence since the trigger: `patch namespaces NS #1`. */
export function numberedCalls({ calls, world }: RunRecord): readonly string[] {
  const counts = new Map<string, number>();
  return calls.map((call) => {
    const spelled = plannedCall(call, world);
    const n = (counts.get(spelled) ?? 0) + 1;
    counts.set(spelled, n);
    return `${spelled} #${n}`;
  });
}
