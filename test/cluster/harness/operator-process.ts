import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../../..');

export interface OperatorOptions {
  /** Flags of `parapet run` beside those for kubeconfig and addresses. */
  readonly flags?: readonly string[];
  /** Another one than the ServiceAccount's. */
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A line of the operator's log. */
export interface LogEntry {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** `parapet run`, running. */
export interface OperatorProcess {
  readonly pid: number;
  /** Grows as the operator writes. A line that isn't JSON is an entry of level `stderr`. */
  readonly logs: readonly LogEntry[];
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<Exit>;
  /** Resolves when `/readyz` says ok. */
  ready(deadlineMs?: number): Promise<void>;
  /** Resolves when it leads and works: it does nothing before. */
  working(deadlineMs?: number): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<Exit>;
  /** SIGKILL, and the end. */
  kill(): Promise<Exit>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  /** The answer of the health server. */
  health(path: '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly body: string }>;
}

const alive = new Set<ChildProcess>();

// No test that fails leaves a process behind.
after(() => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts the operator on free ports of loopback. */
export function startOperator({ flags = [], kubeconfig, env }: OperatorOptions): OperatorProcess {
  const anyPort = ['--metrics-bind-address=127.0.0.1:0', '--health-probe-bind-address=127.0.0.1:0'];
  const target = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
  const child = spawn(process.execPath, ['src/main.ts', 'run', ...target, ...anyPort, ...flags], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  alive.add(child);
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  void exited.then(() => alive.delete(child));
  const logs: LogEntry[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(parseLine(line)));
  return { pid: child.pid ?? -1, logs, exited, ...endings(child, exited), ...endpoints(child, logs) };
}

function endings(child: ChildProcess, exited: Promise<Exit>): Pick<OperatorProcess, 'stop' | 'kill'> {
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return { stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function endpoints(
  child: ChildProcess,
  logs: readonly LogEntry[],
): Pick<OperatorProcess, 'ready' | 'working' | 'metrics' | 'health'> {
  const logged = (message: string, deadlineMs?: number): Promise<LogEntry> =>
    until(`the operator logs "${message}"`, () => find(child, logs, message), deadlineMs);
  const get = async (server: string, path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`http://${String((await logged(server))['address'])}${path}`);
    return { status: response.status, body: await response.text() };
  };
  const health: OperatorProcess['health'] = (path) => get('serving health probes', path);
  return {
    health,
    metrics: async () => (await get('serving metrics', '/metrics')).body,
    ready: async (deadlineMs) => {
      await until('the operator is ready', async () => (await health('/readyz')).status === 200, deadlineMs);
    },
    working: async (deadlineMs) => {
      await logged('working', deadlineMs);
    },
  };
}

function find(child: ChildProcess, logs: readonly LogEntry[], message: string): LogEntry | undefined {
  const found = logs.find((entry) => entry.message === message);
  if (found === undefined && child.exitCode !== null) {
    throw new Error(`the operator ended with code ${child.exitCode}: ${JSON.stringify(logs.slice(-5))}`);
  }
  return found;
}

function parseLine(line: string): LogEntry {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return { level: 'stderr', message: line };
  }
}
