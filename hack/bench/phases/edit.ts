import { collectionPath, objectPath } from '../../../src/kube/resource-path.ts';
import type { KubeObject, Resource } from '../../../src/slots/kube-object.ts';
import { until } from '../../support/until.ts';
import type { AuditTail } from '../audit-tail.ts';
import { isOperators } from '../audited-request.ts';
import { editPods, PODS } from '../bench-policy.ts';
import { nullWrite } from '../null-writer.ts';
import type { NullRequest } from '../null-writer.ts';
import { POLICY } from '../phase.ts';
import type { Setting } from '../phase.ts';
import { list } from '../world.ts';
import type { World } from '../world.ts';

/** One field of the policy edited, one object of every namespace patched. Times are the API server's. */
export interface Edit {
  readonly patches: number;
  /** From the edit's commit to the last patch's. */
  readonly ms: number;
  /** Whatever else the operator wrote meanwhile. */
  readonly otherWrites: number;
  /** The null writer, sending the same JSON Patches: from the first one's arrival to the last one's commit. */
  readonly nullMs: number;
}

const EDITED = 120;

/** Each round there and, with the operator stopped, back again by the null writer. */
export async function measureEdits(setting: Setting): Promise<readonly Edit[]> {
  const { world, subject, settings } = setting;
  const edits: Edit[] = [];
  for (let round = 0; round < settings.rounds; round += 1) {
    await subject.settled(POLICY, settings.namespaces);
    const tail = await world.tail();
    await tail.quiet(1_000);
    await editPods(world.admin, POLICY, EDITED);
    const edit = await patched(tail, settings.namespaces);
    await subject.settled(POLICY, settings.namespaces);
    await subject.stop();
    await tail.quiet(1_000); // kube-controller-manager writes the status of every quota
    await editPods(world.admin, POLICY, PODS);
    const { ms: nullMs } = await nullWrite(world, await patchesBack(setting));
    edits.push({ ...edit, nullMs });
    await subject.start();
  }
  await subject.settled(POLICY, settings.namespaces);
  return edits;
}

async function patched(tail: AuditTail, count: number): Promise<Omit<Edit, 'nullMs'>> {
  let editedAt = Number.NaN;
  let [last, patches, otherWrites] = [0, 0, 0];
  await until(
    `${count} patches`,
    async () => {
      for (const request of await tail.read()) {
        if (request.resource === 'clustersecuritypolicies' && request.user === 'admin') editedAt = request.answeredAt;
        if (!isOperators(request)) continue;
        if (request.resource !== 'resourcequotas') otherWrites += 1;
        else [patches, last] = [patches + 1, request.answeredAt];
      }
      return patches >= count;
    },
    { deadlineMs: 900_000, everyMs: 100 },
  );
  return { patches, ms: last - editedAt, otherWrites };
}

/** As src/kube/apply sends them: the version that was looked at as precondition, and the member that differs as a whole. */
async function patchesBack({ world, kept }: Setting): Promise<readonly NullRequest[]> {
  const resource = kept.find(({ resource: { kind } }) => kind === 'ResourceQuota')?.resource;
  if (resource === undefined) throw new Error('the policy keeps no ResourceQuota');
  const quotas = await ours(world, resource, kept);
  return quotas.map((quota) => patchBack(resource, quota));
}

async function ours(world: World, resource: Resource, kept: Setting['kept']): Promise<readonly KubeObject[]> {
  const names = new Set(kept.filter((each) => each.resource === resource).map(keyOf));
  const objects = await list(world.admin, collectionPath(resource));
  return objects.filter(({ metadata: { namespace = '', name } }) => names.has(keyOf({ namespace, name })));
}

function patchBack(resource: Resource, { metadata, ...quota }: KubeObject): NullRequest {
  const { hard } = quota['spec'] as { readonly hard: object };
  const operations = [
    { op: 'replace', path: '/metadata/uid', value: metadata.uid },
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'add', path: '/spec', value: { hard: { ...hard, pods: String(PODS) } } },
  ];
  const path = `${objectPath(resource, metadata.namespace, metadata.name)}?fieldManager=parapet`;
  return { method: 'PATCH', path, body: JSON.stringify(operations) };
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
