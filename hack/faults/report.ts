import type { Verdict } from './campaign.ts';
import { tally } from './tally.ts';

/** A whole campaign, or the part of it that was run. */
export interface Report {
  readonly date: string;
  readonly machine: string;
  /** Of the last sitting alone. */
  readonly seconds: number;
  /** How many plans were through before, where an interrupted campaign was resumed. */
  readonly resumed?: number;
  /** `i/n`, where only a part was asked for. */
  readonly shard?: string;
  readonly verdicts: readonly Verdict[];
}

/** JSON with one line per plan, so that two results can be compared line by line. */
export function reportJson(report: Report): string {
  const { verdicts, ...head } = report;
  const sorted = verdicts.toSorted((a, b) => (a.plan.id < b.plan.id ? -1 : 1));
  const failed = sorted.filter(({ findings }) => findings.length > 0);
  const summary = {
    ...head,
    plans: sorted.length,
    failed: failed.length,
    unreached: sorted.flatMap(({ plan, unreached }) => (unreached ? plan.id : [])),
    scenarios: tally(sorted, ({ plan }) => plan.scenario),
    kinds: tally(sorted, ({ plan }) => plan.kind),
    failures: failed.map(({ plan, findings, calls }) => ({ id: plan.id, findings, calls })),
  };
  const lines = sorted.map(({ plan, findings, ms }) =>
    JSON.stringify([plan.id, findings.length === 0 ? 'ok' : 'failed', ms]),
  );
  const opening = JSON.stringify(summary, undefined, 2).replace(/\n}$/, '');
  return `${opening},\n  "runs": [\n    ${lines.join(',\n    ')}\n  ]\n}\n`;
}

/** For whoever waits: what was run and what went wrong. */
export function reportText({ verdicts, seconds }: Report): string {
  const failed = verdicts.filter(({ findings }) => findings.length > 0);
  const told = failed.map(({ plan, findings, calls }) =>
    [
      `FAILED ${plan.id}`,
      ...findings.map(({ oracle, seen }) => `  ${oracle}: ${seen}`),
      ...calls.map((call) => `    ${call}`),
    ].join('\n'),
  );
  const kinds = Object.entries(tally(verdicts, ({ plan }) => plan.kind)).map(([kind, count]) => `${kind} ${count}`);
  const unreached = verdicts.filter((verdict) => verdict.unreached).length;
  const total = `${verdicts.length} plans in ${seconds} s, ${failed.length} failed, ${unreached} not reached`;
  return [...told, kinds.join(' · '), total, ''].join('\n');
}
