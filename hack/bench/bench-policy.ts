import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { policyResource } from '../../src/api/resources.ts';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import type { ObjectMeta } from '../../src/slots/kube-object.ts';
import { call } from '../support/admin.ts';
import { inProject } from '../support/paths.ts';

const LABEL = 'bench.parapet.dev/policy';

/** What a namespace carries to be selected by the benchmark's policy of that name. */
export function selectedBy(policy: string): Readonly<Record<string, string>> {
  return { [LABEL]: policy };
}

/** The policy of policy.yaml under a name of its own, for namespaces of its own. */
export async function createPolicy(admin: KubeClient, name: string): Promise<void> {
  const template = parse(await readFile(inProject('hack/bench/policy.yaml'), 'utf8')) as { readonly spec: object };
  const spec = { ...template.spec, namespaceSelector: { matchLabels: selectedBy(name) } };
  await call(admin, {
    method: 'POST',
    path: collectionPath(policyResource),
    body: { ...template, metadata: { name }, spec },
  });
}

/** How many pods its quota allows, in policy.yaml. */
export const PODS = 100;

/** Edits one field: the pods that the quota of every namespace allows. */
export async function editPods(admin: KubeClient, name: string, pods: number): Promise<void> {
  await call(admin, {
    method: 'PATCH',
    path: objectPath(policyResource, undefined, name),
    contentType: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/resourceQuotas/0/hard/pods', value: pods }],
  });
}

export interface BenchPolicy {
  readonly metadata: ObjectMeta & { readonly generation: number };
  readonly status?: PolicyStatus;
}

export function readPolicy(admin: KubeClient, name: string): Promise<BenchPolicy> {
  return call(admin, { method: 'GET', path: objectPath(policyResource, undefined, name) });
}

/** Whether the policy says of its present generation that so many namespaces are as it wants them. */
export async function isSettled(admin: KubeClient, name: string, count: number): Promise<boolean> {
  const { metadata, status } = await readPolicy(admin, name);
  const { conditions = [], namespaces, observedGeneration } = status ?? {};
  const ready = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return ready && observedGeneration === metadata.generation && namespaces?.summary === `${count}/${count}`;
}
