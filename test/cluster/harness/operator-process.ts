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
  /** Does something to the cluster while the operator is stopped (SIGSTOP), so that it sees only what came of it. */
  unawares<T>(action: () => Promise<T>): Promise<T>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  /** The sum of a metric's series that carry these labels; 0 where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** The answer of the health server. */
  health(path: '/healthz' | '/readyz'): Promise<{ readonly status: number; readonly body: string }>;
}

const alive = new Map<ChildProcess, readonly LogEntry[]>();

/** A failed test shows what the operators said last. */
afterEach(function () {
  if (this.currentTest?.state !== 'failed') return;
  for (const [{ pid }, logs] of alive) {
    const lines = logs.slice(-20).map((entry) => JSON.stringify(entry));
    process.stderr.write(`operator ${pid} said last:\n${lines.join('\n')}\n`);
  }
});

// No test that fails leaves a process behind.
after(() => {
  for (const child of alive.keys()) child.kill('SIGKILL');
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
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  void exited.then(() => alive.delete(child));
  const logs: LogEntry[] = [];
  alive.set(child, logs);
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(parseLine(line)));
  return { pid: child.pid ?? -1, logs, exited, ...endings(child, exited), ...endpoints(child, logs) };
}

function endings(child: ChildProcess, exited: Promise<Exit>): Pick<OperatorProcess, 'stop' | 'kill' | 'unawares'> {
  const end = (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  const unawares: OperatorProcess['unawares'] = async (action) => {
    child.kill('SIGSTOP');
    try {
      return await action();
    } finally {
      child.kill('SIGCONT');
    }
  };
  return { stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), unawares };
}

function endpoints(
  child: ChildProcess,
  logs: readonly LogEntry[],
): Pick<OperatorProcess, 'ready' | 'working' | 'metrics' | 'metric' | 'health'> {
  const logged = (message: string, deadlineMs?: number): Promise<LogEntry> =>
    until(`the operator logs "${message}"`, () => find(child, logs, message), deadlineMs);
  const get = async (server: string, path: string): Promise<{ status: number; body: string }> => {
    const response = await fetch(`http://${String((await logged(server))['address'])}${path}`);
    return { status: response.status, body: await response.text() };
  };
  const health: OperatorProcess['health'] = (path) => get('serving health probes', path);
  const metrics = async (): Promise<string> => (await get('serving metrics', '/metrics')).body;
  return {
    health,
    metrics,
    metric: async (name, labels = {}) => sumOf(await metrics(), name, labels),
    ready: async (deadlineMs) => {
      await until('the operator is ready', async () => (await health('/readyz')).status === 200, deadlineMs);
    },
    working: async (deadlineMs) => {
      await logged('working', deadlineMs);
    },
  };
}

function sumOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
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
