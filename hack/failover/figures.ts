import { percentile } from '../bench/statistics.ts';
import { inSeconds, none, plain, tableOf } from '../support/goal-rows.ts';
import type { Row } from '../support/goal-rows.ts';
import type { Results } from './run.ts';

/** After a kill the Lease runs out first; then the next one has so long. */
const KILL_GRACE_MS = 5_000;
const STOP_MS = 2_000;

/** The figures of a run beside their goals. */
export function rowsOf(results: Results): readonly Row[] {
  const { timings, kills, stops } = results;
  const killGoal = timings.leaseMs + KILL_GRACE_MS;
  return [
    atMost(`SIGKILL of the leader → first repair by the next, ${kills.length} times`, kills, killGoal),
    atMost(`SIGTERM of the leader → first repair by the next, ${stops.length} times`, stops, STOP_MS),
    ...lossRows(results),
  ];
}

function lossRows({ lossTimings, losses, unasked, issued, arrived }: Results): readonly Row[] {
  const kinds = Object.entries(Object.groupBy(losses, ({ kind }) => kind));
  const counts = kinds.map(([kind, ofKind]) => `${ofKind.length} ${kind}`).join(', ');
  const takeovers = losses.map(({ takeoverMs }) => takeoverMs);
  const [renew, lease] = [inSeconds(lossTimings.renewMs), inSeconds(lossTimings.leaseMs)];
  return [
    plain('Leases lost on purpose', `${losses.length}: ${counts}`),
    plain('Leases lost besides, for want of CPU', unasked),
    plain('writes meanwhile', issued.writes),
    none('writes issued after the renew deadline', issued.late.length),
    none('processes that wrote after the next one had begun to', arrived.overlaps.length + issued.overlaps.length),
    none('processes that ended with another code than 1', losses.filter(({ code }) => code !== 1).length),
    plain(`oldest renewal when a write was issued (deadline ${renew})`, inSeconds(issued.oldestMs)),
    plain('oldest renewal when a write arrived', inSeconds(arrived.oldestMs)),
    plain('writes of the earlier process still in flight when the next one began', arrived.stillInFlight),
    plain(`last renewal → first write by the next (lease ${lease})`, p50AndMax(takeovers)),
  ];
}

/** What stands in docs/operations.md. */
export function pageBlock(results: Results): readonly string[] {
  const { date, machine, loadBefore, versions, namespaces } = results;
  return [
    ...tableOf(rowsOf(results)),
    '',
    `${date.slice(0, 10)}, ${machine}, Kubernetes ${versions.kubernetes}, ${namespaces} namespaces; load before: ${loadBefore}.`,
  ];
}

function atMost(what: string, handovers: Results['kills'], goalMs: number): Row {
  const values = handovers.map(({ ms }) => ms);
  const goal = `≤ ${inSeconds(goalMs)}`;
  return values.length === 0
    ? { what, figure: 'not measured', goal }
    : { what, figure: p50AndMax(values), goal, met: Math.max(...values) <= goalMs };
}

function p50AndMax(values: readonly number[]): string {
  if (values.length === 0) return 'not measured';
  return `p50 ${inSeconds(percentile(values, 0.5))}, max ${inSeconds(Math.max(...values))}`;
}
