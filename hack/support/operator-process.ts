import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { inProject } from './paths.ts';
import { until } from './until.ts';

/** One line of the operator's JSON log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string; readonly level: string };

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** Further flags of `parapet run`. */
  readonly flags?: readonly string[];
  /** Flags of node itself: a profile, say. */
  readonly nodeFlags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** `parapet run`, as a process of its own. */
export interface OperatorProcess extends Child {
  /** What it logged so far. */
  readonly log: readonly LogLine[];
  /** `http://host:port` of its metrics. */
  readonly metricsUrl: string;
  /** The body of /metrics. */
  metrics(): Promise<string>;
}

/** What is run: the sources, or the bundle that the image holds, `PARAPET=dist/parapet.mjs`. */
const ENTRY = inProject(process.env['PARAPET'] ?? 'src/main.ts');

/** Starts the operator on free ports; resolves once its servers listen. */
export async function startOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const log: LogLine[] = [];
  const other: string[] = [];
  const child = await startChild({
    command: process.execPath,
    args: [...(options.nodeFlags ?? []), ENTRY, ...runArguments(options)],
    ...(options.env === undefined ? {} : { env: options.env }),
    onLine: (line) => {
      const parsed = parseLine(line);
      if (parsed === undefined) other.push(line);
      else log.push(parsed);
    },
  });
  const address = (message: string): Promise<string> =>
    until(`"${message}" in the operator's log`, () => {
      if (child.ended() !== undefined) throw new Error(`the operator ended: ${describeEnd(log, other)}`);
      return log.find((line) => line.message === message)?.['address'] as string | undefined;
    });
  const metricsUrl = `http://${await address('serving metrics')}`;
  const healthUrl = `http://${await address('serving health probes')}`;
  await until('the operator to be ready and to lead', async () => {
    if (child.ended() !== undefined) throw new Error(`the operator ended: ${describeEnd(log, other)}`);
    return log.some(({ message }) => message === 'working') && (await fetch(`${healthUrl}/readyz`)).ok;
  });
  return { ...child, log, metricsUrl, metrics: async () => (await fetch(`${metricsUrl}/metrics`)).text() };
}

function runArguments({ kubeconfig, flags = [] }: OperatorOptions): readonly string[] {
  const ports = ['--metrics-bind-address', '127.0.0.1:0', '--health-probe-bind-address', '127.0.0.1:0'];
  return ['run', '--kubeconfig', kubeconfig, '--log-format', 'json', ...ports, ...flags];
}

function parseLine(line: string): LogLine | undefined {
  try {
    const parsed = JSON.parse(line) as LogLine | null;
    return typeof parsed?.message === 'string' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function describeEnd(log: readonly LogLine[], other: readonly string[]): string {
  const last = log.at(-1);
  return last === undefined ? other.join('\n') : JSON.stringify(last);
}
