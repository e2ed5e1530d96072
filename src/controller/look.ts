import { warningsBefore } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import type { PodReader } from '../kube/pods.ts';
import type { Change } from '../plan/namespace-plan.ts';
import type { Evidence } from '../plan/snapshot.ts';

/** Looks for what edits could violate: fields of others' objects are tried without being set, else the pods are read. */
export async function look(
  { client, pods }: { readonly client: KubeClient; readonly pods: PodReader },
  namespace: string,
  changes: readonly Change[],
): Promise<Evidence> {
  const [fields] = changes.filter((change) => change.action === 'apply');
  const needsPods = changes.some(({ action }) => action !== 'apply');
  const [found, warnings] = await Promise.all([
    needsPods ? pods.in(namespace) : undefined,
    fields === undefined ? undefined : warningsBefore(client, fields),
  ]);
  return { pods: found, warnings };
}
