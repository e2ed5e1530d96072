import { isDnsSubdomain } from '../semantics/names.ts';
import type { KubeObject, ObjectMeta, StringMap } from '../slots/kube-object.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import type { Content, Desired, ObjectKind } from '../slots/slot-kind.ts';

export const managedByLabel = 'app.kubernetes.io/managed-by';
export const slotLabel = 'parapet.dev/slot';
export const policiesAnnotation = 'parapet.dev/policies';
/** The field manager of every object that is ours whole. */
export const fieldManager = 'parapet';
/** Annotations hold 256 KiB; nobody has so many policies over one namespace. */
const MAX_ANNOTATED = 1000;

/**
 * The labels every child carries. A policy's own labels are never copied: Argo CD would adopt the child by its
 * tracking label and prune it.
 */
export function childLabels(name: string): StringMap {
  return { [managedByLabel]: fieldManager, [slotLabel]: name };
}

/** Who holds a child: read back where the posture has no record of it. */
export function childAnnotations(policies: readonly string[]): StringMap {
  return { [policiesAnnotation]: policies.join(',') };
}

/** The policies an annotation names: tenants can edit it, so what can be no policy's name is left out. */
export function annotatedPolicies(annotations: StringMap): readonly string[] {
  return (annotations[policiesAnnotation] ?? '').split(',', MAX_ANNOTATED).filter(isDnsSubdomain);
}

/** Where an object is created, and what others put into the metadata of the one it takes the place of. */
interface Place {
  readonly namespace: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
}

/** The whole object as it is created. */
export function desiredObject(desired: Desired, objectKind: ObjectKind, place: Place): KubeObject {
  const { namespace, labels, annotations } = place;
  return {
    apiVersion: apiVersionOf(objectKind.resource),
    kind: desired.kind,
    metadata: {
      name: desired.name,
      namespace,
      labels: { ...labels, ...childLabels(desired.name) },
      annotations: { ...annotations, ...childAnnotations(desired.policies) },
    },
    ...desired.content,
  };
}

/** Fields of an object that isn't ours, as they are applied: its identity and these fields. */
export function fieldsObject(
  content: Content,
  { resource }: ObjectKind,
  { name, ...identity }: Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion'>,
): KubeObject {
  const { metadata = {}, ...members } = content;
  const { namespace, ...version } = identity;
  const place = resource.namespaced ? { name, namespace } : { name };
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...(metadata as Partial<ObjectMeta>), ...place, ...version } as ObjectMeta,
    ...members,
  };
}
