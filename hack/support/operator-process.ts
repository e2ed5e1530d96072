import { execFile } from 'node:child_process';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { sumOf } from './metrics-text.ts';
import { inProject } from './paths.ts';
import { until } from './until.ts';

/** A line of the operator's log. */
export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** Further flags of `parapet run`. */
  readonly flags?: readonly string[];
  /** Flags of node itself: a profile, say. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The `main.ts` of another tree, to be run instead of this one's. */
  readonly entry?: string;
}

/** `parapet run`, as a process of its own. */
export interface OperatorProcess extends Child {
  /** Grows as the operator writes. A line that isn't JSON is an entry of level `stderr`. */
  readonly logs: readonly LogEntry[];
  /** Resolves when it leads and works: it writes nothing before. */
  working(deadlineMs?: number): Promise<void>;
  /** Resolves when `/readyz` says ok. */
  ready(deadlineMs?: number): Promise<void>;
  /** The answer of the health server. */
  health(path: '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly body: string }>;
  /** Where `/metrics` is served. */
  metricsUrl(): Promise<string>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  /** The sum of a metric's series that carry these labels; 0 where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Does something while the operator is stopped (SIGSTOP), so that it sees only what came of it. */
  unawares<T>(action: () => Promise<T>): Promise<T>;
}

/** What is run: the sources, or the bundle that the image holds, `PARAPET=dist/parapet.mjs`. */
const ENTRY = inProject(process.env['PARAPET'] ?? 'src/main.ts');

/** Runs another command of `parapet` to its end. */
export function runParapet(args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [ENTRY, ...args], (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

/** Starts the operator on free ports of loopback; resolves once the process runs. */
export async function startOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const { kubeconfig, flags = [], nodeFlags = [], env = {}, entry = ENTRY } = options;
  const anyPort = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];
  const logs: LogEntry[] = [];
  const child = await startChild({
    command: process.execPath,
    args: [...nodeFlags, entry, 'run', '--kubeconfig', kubeconfig, ...anyPort, ...flags],
    env,
    onLine: (line) => logs.push(parseLine(line)),
  });
  const unawares: OperatorProcess['unawares'] = async (action) => {
    child.signal('SIGSTOP');
    try {
      return await action();
    } finally {
      child.signal('SIGCONT');
    }
  };
  return { ...child, logs, unawares, ...endpoints(child, logs) };
}

function endpoints(child: Child, logs: readonly LogEntry[]): Omit<OperatorProcess, keyof Child | 'logs' | 'unawares'> {
  const logged = (message: string, deadlineMs?: number): Promise<LogEntry> =>
    until(`the operator to log "${message}"`, () => find(child, logs, message), { deadlineMs });
  const url = async (server: string): Promise<string> => `http://${String((await logged(server))['address'])}`;
  const metricsUrl = async (): Promise<string> => `${await url('serving metrics')}/metrics`;
  const metrics = async (): Promise<string> => (await fetch(await metricsUrl())).text();
  const health: OperatorProcess['health'] = async (path) => {
    const response = await fetch(`${await url('serving health probes')}${path}`);
    return { status: response.status, body: await response.text() };
  };
  return {
    health,
    metricsUrl,
    metrics,
    metric: async (name, labels) => sumOf(await metrics(), name, labels),
    ready: async (deadlineMs) => {
      await until('the operator to be ready', async () => (await health('/readyz')).status === 200, { deadlineMs });
    },
    working: async (deadlineMs) => {
      await logged('working', deadlineMs);
    },
  };
}

/** Throws where the operator has ended without saying so. */
function find(child: Child, logs: readonly LogEntry[], message: string): LogEntry | undefined {
  const found = logs.find((entry) => entry.message === message);
  const exit = child.ended();
  if (found === undefined && exit !== undefined) {
    throw new Error(`the operator ended with ${exit.code ?? exit.signal}: ${JSON.stringify(logs.slice(-5))}`);
  }
  return found;
}

function parseLine(line: string): LogEntry {
  const asItIs = { level: 'stderr', message: line };
  try {
    const parsed = JSON.parse(line) as LogEntry | null;
    return typeof parsed?.message === 'string' ? parsed : asItIs;
  } catch {
    return asItIs;
  }
}
