import { runParapet } from '../support/operator-process.ts';
import type { Setting } from './setting.ts';

/** What a change would do, before it is merged: read-only, against the cluster as it is. */
export async function showPlan({ narrator, stage }: Setting): Promise<string> {
  const args = ['plan', '-f', 'hack/demo/pull-request.yaml'];
  const { code, stdout } = await runParapet([...args, '--kubeconfig', stage.kubeconfig]);
  narrator.shown(`parapet ${args.join(' ')}`, stdout);
  if (code !== 1) throw new Error(`parapet plan ended with code ${code}, not with 1 for a change`);
  const changed = /changed: (\d+)/.exec(stdout)?.[1];
  if (changed !== '1') throw new Error(`the plan speaks of ${changed} namespaces, not of one`);
  return 'one namespace would change, its quota and nothing else; exit code 1 says so to a pipeline';
}
