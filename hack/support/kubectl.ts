import { execFile } from 'node:child_process';
import { inProject } from './paths.ts';

/** What a kubectl call came to. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const DEADLINE_MS = 60_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Runs the project's kubectl in the project's root to its end; never rejects for what it answers. */
export function kubectl(kubeconfig: string, args: readonly string[]): Promise<KubectlResult> {
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const options = { cwd: inProject(), env, timeout: DEADLINE_MS, maxBuffer: MAX_OUTPUT };
  return new Promise((resolve, reject) => {
    execFile(inProject('hack/bin/kubectl'), args, options, (error, stdout, stderr) => {
      if (typeof error?.code === 'string') reject(new Error(`cannot run kubectl: ${error.code}`, { cause: error }));
      else resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

/** Runs kubectl and gives its stdout; throws with its stderr where it fails. */
export async function kubectlOrThrow(kubeconfig: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(kubeconfig, args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}
