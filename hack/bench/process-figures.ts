import { readFile, readdir } from 'node:fs/promises';

/** What the kernel says of a process. */
export interface ProcessFigures {
  readonly rssMiB: number;
  readonly peakRssMiB: number;
  /** User and system time since its start, in milliseconds; at 10 ms resolution. */
  readonly cpuMs: number;
}

// USER_HZ: what /proc counts in on Linux, whatever the kernel's own tick is.
const TICK_MS = 10;

/** Reads /proc: Linux only. */
export async function processFigures(pid: number): Promise<ProcessFigures> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    rssMiB: kibibytes(status, 'VmRSS') / 1024,
    peakRssMiB: kibibytes(status, 'VmHWM') / 1024,
    cpuMs: cpuMsOf(await statFields(pid)),
  };
}

/** What the direct children of a process have spent in all: user and system time in milliseconds. */
export async function childrenCpuMs(parent: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // A process may end while we look.
  const all = await Promise.all(pids.map((pid) => statFields(pid).catch((): readonly string[] => [])));
  return all.filter(([, ppid]) => Number(ppid) === parent).reduce((sum, fields) => sum + cpuMsOf(fields), 0);
}

/** The fields of `stat` from the third on: the second is the name in brackets and may hold spaces. */
async function statFields(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** utime and stime are fields 14 and 15. */
function cpuMsOf(fields: readonly string[]): number {
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}
