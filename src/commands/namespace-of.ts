import type { Manifest } from '../manifests/manifest.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import type { NamespaceFacts } from '../slots/slot-kind.ts';
import { isOf, namespaceResource, refuseTwins } from './manifest-kinds.ts';

/** Set by the API server on every namespace, whatever a manifest says. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A namespace as the API server would have it; without a manifest it has its name and no more. */
export function namespaceOf(manifests: readonly Manifest[], name: string): NamespaceFacts {
  const own = manifests.filter(({ object }) => isOf(object, namespaceResource) && object.metadata.name === name);
  refuseTwins(own);
  return { name, labels: labelsOf(name, own[0]?.object) };
}

function labelsOf(name: string, namespace: KubeObject | undefined): NamespaceFacts['labels'] {
  return { ...namespace?.metadata.labels, [NAME_LABEL]: name };
}
