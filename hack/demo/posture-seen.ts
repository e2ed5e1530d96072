import type { PostureContent } from '../../src/api/posture.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { isObject } from './witness.ts';
import type { Sighting } from './witness.ts';

/** The namespace's report, where that is what was seen. */
export function postureSeen({ object }: Sighting, namespace: string): PostureContent | undefined {
  if (!isObject(object, 'NamespacePosture', namespace, 'parapet')) return undefined;
  return object as KubeObject & PostureContent;
}
