import { isDeepStrictEqual } from 'node:util';
import { POSTURE_NAME, postureResource } from '../api/resources.ts';
import type { PostureContent } from '../api/posture.ts';
import { fieldManager, managedByLabel } from '../plan/desired-object.ts';
import type { Change, PatchOperation } from '../plan/namespace-plan.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Json } from '../slots/kube-object.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import type { Write } from './apply-changes.ts';
import type { PostureEntry } from './view.ts';

/**
 * Brings the namespace's report to `content`; undefined removes it. Nothing is sent where it already reads so.
 *
 * @returns undefined where there was nothing to write
 */
export async function writePosture(
  namespace: string,
  live: PostureEntry | undefined,
  content: PostureContent | undefined,
  write: Write,
): Promise<Outcome | undefined> {
  const change = postureChange(namespace, live, content);
  return change === undefined ? undefined : write(change);
}

function postureChange(
  namespace: string,
  live: PostureEntry | undefined,
  content: PostureContent | undefined,
): Change | undefined {
  const resource = postureResource;
  if (live === undefined) {
    if (content === undefined) return undefined;
    const metadata = { name: POSTURE_NAME, namespace, labels: { [managedByLabel]: fieldManager } };
    const object = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, ...content };
    return { action: 'create', resource, order: 0, object };
  }
  const { uid, resourceVersion } = live;
  const versioned = { resource, order: 0, namespace, name: POSTURE_NAME, uid, resourceVersion };
  if (content === undefined) return { action: 'delete', ...versioned };
  const operations = memberOperations(live.content, content);
  return operations.length === 0 ? undefined : { action: 'patch', ...versioned, operations };
}

function memberOperations(before: PostureContent, after: PostureContent): readonly PatchOperation[] {
  const members = ['summary', 'slots', 'recentRepairs', 'truncated'] as const;
  return members
    .filter((member) => !isDeepStrictEqual(before[member] ?? false, after[member] ?? false))
    .map((member) => ({ op: 'add', path: `/${member}`, value: (after[member] ?? false) as Json }));
}
