import { cpus, loadavg, totalmem } from 'node:os';
import { version } from '../../src/commands/version.ts';
import { call } from '../support/admin.ts';
import type { NullRun } from './null-writer.ts';
import type { Convergence } from './phases/convergence.ts';
import type { Downtime } from './phases/downtime.ts';
import type { Edit } from './phases/edit.ts';
import type { Idle } from './phases/idle.ts';
import type { LateNamespace } from './phases/late-namespaces.ts';
import type { Repair } from './phases/repair.ts';
import type { Restart } from './phases/restart.ts';
import type { Startup } from './phases/startup.ts';
import type { Storm } from './phases/storm.ts';
import { rounded } from './statistics.ts';
import type { Life } from './subject.ts';
import type { World } from './world.ts';

/** What each phase found, every single value. A phase that was left out is absent. */
export interface Found {
  readonly convergence: readonly Convergence[];
  /** The null writer POSTing the same objects, by turns with Parapet, each on a fresh control plane. */
  readonly nullWriter?: readonly NullRun[];
  /** As an admin, whom the API server doesn't ask what it may grant. */
  readonly asAdmin?: NullRun;
  readonly idle?: Idle;
  readonly repairs?: readonly Repair[];
  readonly storms?: readonly Storm[];
  readonly edits?: readonly Edit[];
  readonly restart?: Restart;
  readonly downtime?: Downtime;
  readonly lateNamespaces?: readonly LateNamespace[];
  readonly startup?: Startup;
  /** Of the world in which all phases but the first and the last took place: one process after another. */
  readonly lives?: readonly Life[];
}

/** A run of the benchmark: what docs/results/bench-N.json holds. */
export interface Results extends Found {
  readonly namespaces: number;
  /** RFC 3339. */
  readonly date: string;
  readonly machine: string;
  /** Mean number of running processes in the minute before: what else the machine was doing. */
  readonly loadBefore: number;
  readonly versions: Versions;
  /** The whole run. */
  readonly seconds: number;
}

export interface Versions {
  readonly parapet: string;
  readonly node: string;
  readonly kubernetes: string;
}

/** What else ran on the machine, before the benchmark itself did. */
export function loadNow(): number {
  return rounded(loadavg()[0] ?? 0, 1);
}

export function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

export async function versionsIn({ admin }: World): Promise<Versions> {
  const { gitVersion } = await call<{ gitVersion: string }>(admin, { method: 'GET', path: '/version' });
  return { parapet: version, node: process.version, kubernetes: gitVersion };
}

/** As JSON for a file that people compare: times to the microsecond, and what is in a list on a line of its own. */
export function resultsJson(results: object): string {
  const members = Object.entries(results).map(([key, value]) => `  ${JSON.stringify(key)}: ${memberJson(value)}`);
  return `{\n${members.join(',\n')}\n}\n`;
}

function memberJson(value: unknown): string {
  if (!Array.isArray(value)) return flat(value);
  return value.length === 0 ? '[]' : `[\n${value.map((item) => `    ${flat(item)}`).join(',\n')}\n  ]`;
}

function flat(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'number' ? rounded(inner, 3) : inner));
}
