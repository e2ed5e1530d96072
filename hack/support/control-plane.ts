import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { inProject } from './paths.ts';
import { until } from './until.ts';

export interface ControlPlaneOptions {
  /** A directory that is kept and resumed; a temporary one, removed at the end, by default. */
  readonly dir?: string;
  readonly auditLog?: boolean;
  /** Further flags of `controlplane up`. */
  readonly flags?: readonly string[];
}

/** etcd, kube-apiserver and kube-controller-manager, running for us alone. */
export interface ControlPlane {
  /** Of `controlplane up`, the parent of the three. */
  readonly pid: number;
  readonly dir: string;
  readonly kubeconfig: string;
  readonly auditLog: string;
  /** Stops and starts kube-apiserver alone, on its port; resolves when it is ready again. */
  restartApiServer(): Promise<void>;
  /** Ends all three. */
  stop(): Promise<void>;
}

const BINARY = inProject('hack/bin/controlplane');
const READY = 'ready: ';

/** Starts a control plane; resolves once it answers. It dies with this process, whatever becomes of it. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run make controlplane`);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'parapet-')));
  const told: string[] = [];
  const child = await startChild({
    command: BINARY,
    args: ['up', '--dir', dir, ...(options.auditLog ? ['--audit-log'] : []), ...(options.flags ?? [])],
    onLine: (line) => told.push(line),
  });
  const kubeconfig = await until(
    'the control plane',
    () => {
      if (child.ended() !== undefined) throw new Error(`the control plane did not start:\n${told.join('\n')}`);
      return told.find((line) => line.startsWith(READY))?.slice(READY.length);
    },
    { deadlineMs: 60_000 },
  );
  return {
    pid: child.pid,
    dir,
    kubeconfig,
    auditLog: join(dir, 'audit.log'),
    restartApiServer: async () => {
      const before = restarts(told);
      child.signal('SIGHUP');
      await until('kube-apiserver to be back', () => restarts(told) > before, { deadlineMs: 60_000 });
    },
    stop: async () => {
      await child.stop();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

function restarts(told: readonly string[]): number {
  return told.filter((line) => line.includes('kube-apiserver restarted')).length;
}
