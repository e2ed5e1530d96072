import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../../..');
const binary = join(root, 'hack/bin/controlplane');

/** etcd, kube-apiserver and kube-controller-manager, running. */
export interface ControlPlane {
  /** Holds the data, the logs and `audit.log`. */
  readonly dir: string;
  /** A kubeconfig of a cluster admin. */
  readonly kubeconfig: string;
  /** Replaces kube-apiserver by a new one on the same port; resolves when it is ready. */
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

let shared: Promise<ControlPlane> | undefined;

/** The one that suites share: started with the first who asks, with an audit log, stopped after the last test. */
export function sharedControlPlane(): Promise<ControlPlane> {
  shared ??= startControlPlane('--audit-log');
  return shared;
}

// The file is read while mocha collects tests: this is a hook of the root suite, whoever imports it first.
after(async function () {
  this.timeout(30_000);
  await (await shared)?.stop();
});

/** One of its own, for a suite that restarts it or needs other flags of `controlplane up`. Stop it. */
export async function startControlPlane(...flags: readonly string[]): Promise<ControlPlane> {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run make controlplane`);
  const dir = await mkdtemp(join(tmpdir(), 'parapet-cluster-'));
  const child = spawn(binary, ['up', '--dir', dir, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: string[] = [];
  const waiting: { readonly pattern: RegExp; readonly resolve: (match: string) => void }[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      said.push(line);
      for (const { pattern, resolve } of waiting) if (pattern.test(line)) resolve(line.replace(pattern, ''));
    });
  }
  const line = (pattern: RegExp): Promise<string> =>
    Promise.race([
      new Promise<string>((resolve) => waiting.push({ pattern, resolve })),
      ended.then(() => Promise.reject(new Error(`the control plane ended:\n${said.slice(-20).join('\n')}`))),
    ]);
  return {
    dir,
    kubeconfig: await line(/^ready: /),
    restartApiServer: async () => {
      const restarted = line(/kube-apiserver restarted/);
      child.kill('SIGHUP');
      await restarted;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
