import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const binary = join(root, 'hack/bin/kubectl');

export interface KubectlOptions {
  readonly kubeconfig: string;
  readonly stdin?: string;
}

/** Runs kubectl in the project's root; resolves with its stdout, rejects with its stderr. */
export function kubectl(args: readonly string[], { kubeconfig, stdin }: KubectlOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: root, env: { ...process.env, KUBECONFIG: kubeconfig }, maxBuffer: 2 ** 26 };
    const child = execFile(binary, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`, { cause: error }));
    });
    child.stdin?.end(stdin ?? '');
  });
}

/** The path of a file in `fixtures/`: YAML that a user could apply. */
export function fixture(name: string): string {
  return join(import.meta.dirname, `../fixtures/${name}.yaml`);
}
