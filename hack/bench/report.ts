import { cpus, loadavg, totalmem } from 'node:os';
import type { Afterwards, ParapetRun } from './measure.ts';
import type { NullRun } from './null-writer.ts';
import type { Repair } from './repair-latency.ts';
import { median, percentile, rounded } from './statistics.ts';

/** Everything one run of the benchmark found; what bench-results.json holds. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  /** Mean number of running processes in the minute before: what else the machine was doing. */
  readonly loadBefore: number;
  readonly namespaces: number;
  readonly objects: number;
  readonly nullWriterMs: readonly number[];
  readonly parapetMs: readonly number[];
  /** The null writer as an admin, whom the API server doesn't ask what it may grant. */
  readonly adminMs: number;
  readonly ratio: number;
  /** The same of CPU time, all processes taken together: what a busy machine leaves comparable. */
  readonly cpuRatio: number;
  readonly parapetCpuMs: readonly number[];
  readonly nullWriterCpuMs: readonly number[];
  readonly objectsPerSecond: number;
  readonly statusWrites: number;
  readonly connections: number;
  readonly cpuMsPerWrite: number;
  readonly repairP50Ms: number;
  readonly repairP99Ms: number;
  readonly repairServerP50Ms: number;
  readonly repairsTwice: number;
  readonly afterwards: Afterwards;
}

/** What else ran on the machine, before the benchmark itself did. */
export function loadNow(): number {
  return rounded(loadavg()[0] ?? 0, 1);
}

export interface Measured {
  readonly runs: readonly ParapetRun[];
  readonly nullRuns: readonly NullRun[];
  readonly asAdmin: NullRun;
  readonly loadBefore: number;
}

/** Puts a run's numbers together; medians where something was repeated. */
export function summarize({ runs, nullRuns, asAdmin, loadBefore }: Measured): Omit<Results, 'namespaces'> {
  const afterwards = runs.findLast((run) => run.afterwards !== undefined)?.afterwards;
  if (afterwards === undefined) throw new Error('no run measured what comes afterwards');
  const parapetMs = runs.map(({ convergence }) => convergence.ms);
  const parapetCpuMs = runs.map(({ convergence }) => convergence.cpuMs);
  const nullWriterMs = nullRuns.map(({ ms }) => ms);
  const nullWriterCpuMs = nullRuns.map(({ cpuMs }) => cpuMs);
  const objects = runs[0]?.kept.length ?? 0;
  const latencies = afterwards.repairs.map(({ ms }) => ms);
  return {
    date: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    loadBefore,
    objects,
    nullWriterMs,
    parapetMs,
    adminMs: asAdmin.ms,
    ratio: median(parapetMs) / median(nullWriterMs),
    parapetCpuMs,
    nullWriterCpuMs,
    cpuRatio: median(parapetCpuMs) / median(nullWriterCpuMs),
    objectsPerSecond: objects / (median(parapetMs) / 1000),
    statusWrites: Math.max(...runs.map(({ convergence }) => convergence.statusWrites)),
    connections: Math.max(...runs.map(({ connections }) => connections)),
    cpuMsPerWrite: median(runs.map(({ convergence }) => convergence.operatorCpuMs / convergence.writes)),
    repairP50Ms: percentile(latencies, 0.5),
    repairP99Ms: percentile(latencies, 0.99),
    repairServerP50Ms: percentile(
      afterwards.repairs.map(({ serverMs }) => serverMs),
      0.5,
    ),
    repairsTwice: afterwards.repairs.filter(({ attempts }) => attempts > 1).length,
    afterwards,
  };
}

/** Which kinds are dear, and whether the API server makes them so. */
function byKind(repairs: readonly Repair[]): readonly string[] {
  const kinds = [...new Set(repairs.map(({ kind }) => kind))];
  const lines = kinds.map((kind) => {
    const ofKind = repairs.filter((repair) => repair.kind === kind);
    const p50 = (figure: 'ms' | 'serverMs'): number =>
      rounded(
        percentile(
          ofKind.map((repair) => repair[figure]),
          0.5,
        ),
        1,
      );
    return `| ${kind} | ${p50('ms')} ms | ${p50('serverMs')} ms |`;
  });
  return ['| repair of, p50 | commit to commit | of that in the API server |', '|---|---|---|', ...lines];
}

interface Row {
  readonly what: string;
  readonly value: number;
  readonly digits?: number;
  readonly unit?: string;
  readonly atMost?: number;
}

/** The table for people: each figure, its goal, whether it is met. */
export function markdown(results: Results): string {
  const { afterwards, repairsTwice } = results;
  const lines = rows(results).map(({ what, value, digits = 0, unit = '', atMost }) => {
    const shown = `${rounded(value, digits)}${unit === '' ? '' : ` ${unit}`}`;
    const goal = atMost === undefined ? '' : `≤ ${atMost}${unit === '' ? '' : ` ${unit}`}`;
    const met = atMost === undefined ? '' : value <= atMost ? 'yes' : '**no**';
    return `| ${what} | ${shown} | ${goal} | ${met} |`;
  });
  const each = (times: readonly number[]): string => times.map((ms) => rounded(ms / 1000, 2)).join(', ');
  return [
    `${results.namespaces} namespaces, ${results.objects} objects · ${results.date.slice(0, 10)} · ${results.machine} · load before ${results.loadBefore}`,
    '',
    '| figure | measured | goal | met |',
    '|---|---|---|---|',
    ...lines,
    '',
    `Parapet took ${each(results.parapetMs)} s, the null writer ${each(results.nullWriterMs)} s, each on a fresh control plane; as an admin, whom the API server does not ask what it may grant, the null writer took ${each([results.adminMs])} s.`,
    '',
    ...byKind(afterwards.repairs),
    '',
    `${repairsTwice} of ${afterwards.repairs.length} repairs needed a second request, because somebody else wrote in between.`,
    '',
  ].join('\n');
}

function rows({ afterwards, ...results }: Results): readonly Row[] {
  const { storm, repairs } = afterwards;
  return [
    { what: 'convergence, beside the null writer', value: results.ratio, digits: 2, atMost: 1.3 },
    { what: 'likewise, CPU of control plane and writer', value: results.cpuRatio, digits: 2 },
    { what: 'objects written by Parapet', value: results.objectsPerSecond, unit: '/s' },
    {
      what: `repair when idle, p50 of ${repairs.length}`,
      value: results.repairP50Ms,
      digits: 1,
      unit: 'ms',
      atMost: 5,
    },
    { what: 'repair when idle, p99', value: results.repairP99Ms, digits: 1, unit: 'ms', atMost: 50 },
    { what: 'of a repair, the API server’s own share, p50', value: results.repairServerP50Ms, digits: 1, unit: 'ms' },
    { what: `${storm.deleted} NetworkPolicies deleted at once, all back after`, value: storm.ms, unit: 'ms' },
    { what: 'of that, the deleting', value: storm.deletingMs, unit: 'ms' },
    { what: `writes in ${afterwards.idleSeconds} s of idleness`, value: afterwards.idleWrites, atMost: 0 },
    { what: 'policy status writes while converging', value: results.statusWrites, atMost: 20 },
    { what: 'connections opened while converging', value: results.connections, atMost: 24 },
    { what: 'connections opened until the end, a minute of idleness between', value: afterwards.connections },
    { what: 'memory, idle (RSS)', value: afterwards.steadyRssMiB, unit: 'MiB', atMost: 256 },
    { what: 'memory, peak (RSS)', value: afterwards.peakRssMiB, unit: 'MiB' },
    { what: 'CPU of Parapet a write', value: results.cpuMsPerWrite, digits: 2, unit: 'ms' },
  ];
}
