import type { Results } from '../results.ts';
import { medianOf, scaled, TEN_THOUSAND } from './figure.ts';
import type { Figure } from './figure.ts';

/** While nobody does anything. */
export function idle(): readonly Figure[] {
  const count = { unit: '', digits: 0 } as const;
  return [
    { what: 'window', unit: 's', digits: 0, of: (r) => r.idle?.seconds },
    { what: 'writes, the Lease left out', ...count, of: (r) => r.idle?.writes, goal: { atMost: 0 } },
    { what: 'reads, the Lease and watches left out', ...count, of: (r) => r.idle?.reads, goal: { atMost: 0 } },
    { what: 'watches that began anew', ...count, of: (r) => r.idle?.watches },
    {
      what: 'CPU in 3 minutes',
      unit: 's',
      digits: 2,
      of: (r) => r.idle && (r.idle.cpuMs / r.idle.cpuSeconds) * 0.18,
      goal: { atMost: 1 },
    },
  ];
}

/** Memory, CPU and connections. */
export function processFigures(): readonly Figure[] {
  const peaks = (r: Results): readonly number[] =>
    [...(r.lives ?? []), ...r.convergence, ...(r.startup ? [r.startup.convergence] : [])].map(
      ({ peakRssMiB }) => peakRssMiB,
    );
  const memory = { unit: 'MiB', digits: 0, plot: 'mebibytes' } as const;
  return [
    { what: 'memory when idle (RSS)', ...memory, of: (r) => r.idle?.rssMiB, goal: { atMost: 256 } },
    { what: 'memory, peak (RSS)', ...memory, of: (r) => Math.max(...peaks(r)), goal: { atMost: 320 } },
    {
      what: 'event loop’s delay while converging, p99',
      unit: 'ms',
      digits: 0,
      of: (r) => medianOf(r.convergence, ({ stallP99Ms }) => stallP99Ms),
      goal: { atMost: 50 },
    },
    {
      what: 'event loop’s delay at a restart, p99',
      unit: 'ms',
      digits: 0,
      of: (r) => r.restart?.stallP99Ms,
      goal: { atMost: 50, ...TEN_THOUSAND },
    },
    {
      what: 'CPU of Parapet a write',
      unit: 'ms',
      digits: 2,
      of: (r) => medianOf(r.convergence, (each) => each.operatorCpuMs / each.writes),
      goal: { atMost: 0.5 },
    },
    {
      what: 'connections opened while converging',
      unit: '',
      digits: 0,
      of: (r) => Math.max(...r.convergence.map(({ connections }) => connections)),
      goal: { atMost: 24 },
    },
    {
      what: 'connections opened until the first restart, idle ones opened again included',
      unit: '',
      digits: 0,
      of: (r) => r.lives?.[0]?.connections,
    },
  ];
}

/** Of the policy. */
export function status(): readonly Figure[] {
  return [
    {
      what: 'size of the status',
      unit: 'KiB',
      digits: 1,
      of: (r) => scaled(r.convergence.at(-1)?.statusBytes, 1 / 1024),
      goal: { atMost: 64 },
    },
    {
      what: 'size of the whole object',
      unit: 'KiB',
      digits: 1,
      of: (r) => scaled(r.convergence.at(-1)?.policyBytes, 1 / 1024),
    },
    {
      what: 'status writes while converging',
      unit: '',
      digits: 0,
      of: (r) => Math.max(...r.convergence.map(({ statusWrites }) => statusWrites)),
    },
    {
      what: 'status writes a second',
      unit: '',
      digits: 2,
      of: (r) => Math.max(...r.convergence.map((each) => (each.statusWrites - 1) / (each.statusMs / 1000))),
      goal: { atMost: 1 },
    },
  ];
}
