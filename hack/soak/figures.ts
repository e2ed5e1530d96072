import { median } from '../bench/statistics.ts';
import { inSeconds, none, plain, tableOf } from '../support/goal-rows.ts';
import type { Row } from '../support/goal-rows.ts';
import type { Repairs } from './incidents.ts';
import type { Results } from './run.ts';
import type { Sample } from './samples.ts';
import { finding, linearFit } from './slope.ts';
import type { Slope } from './slope.ts';

const RSS_GOAL = 1;
/** What may come and go: a connection that is being replaced. */
const COUNT_TOLERANCE = 2;
/** V8 takes its time to find its size: a fifth of the run, and no more than ten minutes, is left out. */
const WARM_UP_SECONDS = 600;

/** What grows in a shorter one grows because it has just begun. */
const LEAST_MINUTES = 10;

/** The figures of a soak beside their goals. */
export function rowsOf(results: Results): readonly Row[] {
  const { verdict, minutes, samples, tamperings, disturbances } = results;
  const warm = afterWarmUp(samples, minutes);
  return [
    plain('tamperings', `${sumOfCounts(tamperings)}: ${spelled(tamperings)}`),
    plain('watches disturbed', `${sumOfCounts(disturbances)}: ${spelled(disturbances)}`),
    none('missed: not repaired, or not within 90 s', results.missed),
    ...latencyRows('objects found wrong and right again', 'repair', verdict.repairs),
    ...latencyRows('quotas that edits of the policy changed', 'change', verdict.edits),
    none('reports that are not true at the end', results.untrueReports),
    none('ends of the process', results.exited ? 1 : 0),
    plain('log lines of level error', sumOfCounts(results.errors)),
    ...(warm.length === 0 ? [] : processRows(warm).map(minutes < LEAST_MINUTES ? withoutGoal : asItIs)),
  ];
}

function latencyRows(counted: string, what: string, { count, p50Ms, p99Ms, maxMs, slow }: Repairs): readonly Row[] {
  if (count === 0) return [plain(counted, count)];
  return [
    plain(counted, count),
    plain(`${what}, p50`, inSeconds(p50Ms)),
    plain(`${what}, p99`, inSeconds(p99Ms)),
    plain(`${what}, max`, inSeconds(maxMs)),
    plain(`${what} later than 5 s, as behind a half-open watch`, slow),
  ];
}

function withoutGoal({ what, figure }: Row): Row {
  return plain(what, `${figure.replace(/: undecided$/, '')}: too short to tell`);
}

function asItIs(row: Row): Row {
  return row;
}

function processRows(warm: readonly Sample[]): readonly Row[] {
  const rss = slopeRow('memory (RSS), growth', warm, ({ rssMiB }) => rssMiB);
  const heap = slopeRow('heap after collections, growth', lowerEdge(warm), ({ heapMiB }) => heapMiB);
  return [
    { ...rss.row, goal: `≤ ${RSS_GOAL} MiB/h`, ...(rss.met === undefined ? {} : { met: rss.met }) },
    heap.row,
    plain('memory (RSS), first and last minute', firstAndLast(warm, ({ rssMiB }) => Math.round(rssMiB)).join(' → ')),
    constant('open descriptors', warm, ({ descriptors }) => descriptors),
    constant('live handles', warm, ({ handles }) => handles),
    plain('watches begun anew', (warm.at(-1)?.watchRestarts ?? 0) - (warm[0]?.watchRestarts ?? 0)),
  ];
}

/** In MiB an hour, with its 95 % interval; undecided where the interval holds the goal. */
function slopeRow(
  what: string,
  samples: readonly Sample[],
  pick: (sample: Sample) => number,
): { row: Row; met?: boolean } {
  const fit = slopeOf(samples, pick);
  const found = finding(fit, RSS_GOAL);
  const figure = `${fit.slope.toFixed(1)} ± ${fit.margin.toFixed(1)} MiB/h`;
  if (found === 'undecided') return { row: plain(what, `${figure}: undecided`) };
  return { row: plain(what, figure), met: found === 'met' };
}

/** What comes and goes with the work has its highest mark soon: that of the last third is not above that of the first. */
function constant(what: string, samples: readonly Sample[], pick: (sample: Sample) => number): Row {
  const third = Math.ceil(samples.length / 3);
  const most = (some: readonly Sample[]): number => some.map(pick).reduce((a, b) => Math.max(a, b), 0);
  const [first, last] = [most(samples.slice(0, third)), most(samples.slice(-third))];
  const met = last <= first + COUNT_TOLERANCE;
  return { what: `${what}, most in the first and the last third`, figure: `${first} → ${last}`, goal: 'constant', met };
}

/** Of the process, after the first minutes. */
export function rssSlope(samples: readonly Sample[], minutes: number): Slope {
  return slopeOf(afterWarmUp(samples, minutes), ({ rssMiB }) => rssMiB);
}

/** Per hour. */
function slopeOf(samples: readonly Sample[], pick: (sample: Sample) => number): Slope {
  return linearFit(samples.map((sample) => [sample.seconds / 3600, pick(sample)] as const));
}

/** Medians of the first and the last minute. */
function firstAndLast(samples: readonly Sample[], pick: (sample: Sample) => number): readonly [number, number] {
  const [from, to] = [samples[0]?.seconds ?? 0, samples.at(-1)?.seconds ?? 0];
  const first = samples.filter(({ seconds }) => seconds <= from + 60);
  const last = samples.filter(({ seconds }) => seconds >= to - 60);
  return [Math.round(median(first.map(pick))), Math.round(median(last.map(pick)))];
}

/** The least of each minute: what is held when what could go has gone. */
function lowerEdge(samples: readonly Sample[]): readonly Sample[] {
  const minutes = Object.values(Object.groupBy(samples, ({ seconds }) => Math.floor(seconds / 60)));
  return minutes.flatMap((ofMinute) => ofMinute?.toSorted((a, b) => a.heapMiB - b.heapMiB).slice(0, 1) ?? []);
}

function afterWarmUp(samples: readonly Sample[], minutes: number): readonly Sample[] {
  const warmUp = Math.min(WARM_UP_SECONDS, minutes * 60 * 0.2);
  return samples.filter(({ seconds }) => seconds >= warmUp);
}

/** What stands in docs/soak.md. */
export function pageBlock(results: Results): readonly string[] {
  const { date, machine, loadBefore, versions, namespaces, minutes, perSecond } = results;
  return [
    ...tableOf(rowsOf(results)),
    '',
    `${date.slice(0, 10)}, ${minutes} minutes, ${namespaces} namespaces, ${perSecond} tamperings a second; ${machine}, Kubernetes ${versions.kubernetes}; load before: ${loadBefore}.`,
  ];
}

function sumOfCounts(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function spelled(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
