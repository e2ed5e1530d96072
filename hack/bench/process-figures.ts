import { readFile } from 'node:fs/promises';

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
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in brackets and may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMiB: kibibytes(status, 'VmRSS') / 1024,
    peakRssMiB: kibibytes(status, 'VmHWM') / 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
  };
}

function kibibytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}
