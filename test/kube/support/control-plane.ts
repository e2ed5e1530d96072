import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The real API server, etcd and controller-manager, for one test file. */
export interface ControlPlane {
  readonly dir: string;
  readonly kubeconfig: string;
  /** Stops and starts the API server alone. Resolves when it is ready again. */
  restartApiServer(): Promise<void>;
  stop(): Promise<void>;
}

const BINARY = new URL('../../../hack/bin/controlplane', import.meta.url).pathname;

export async function startControlPlane(...args: readonly string[]): Promise<ControlPlane> {
  const dir = mkdtempSync(join(tmpdir(), 'parapet-kube-'));
  const child = spawn(BINARY, ['up', '--dir', dir, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = said(child.stdout, /^ready: (.*)$/);
  const kubeconfig = await ready;
  return {
    dir,
    kubeconfig,
    restartApiServer: async () => {
      const restarted = said(child.stderr, /(kube-apiserver restarted)/);
      child.kill('SIGHUP');
      await restarted;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Waits for a line; what else is said is of no interest. */
function said(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      const [, found] = pattern.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    lines.on('close', () => reject(new Error('the control plane ended')));
  });
}
