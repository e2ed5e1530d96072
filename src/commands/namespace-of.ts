import type { Manifest } from '../manifests/manifest.ts';
import { namespaceResource } from '../slots/kube-object.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import type { NamespaceFacts } from '../slots/slot-kind.ts';
import { isOf, refuseTwins } from './manifest-kinds.ts';

/** Set by the API server on every namespace, whatever a manifest says. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** The namespaces among the manifests, as the API server would have them. Throws where one is there twice. */
export function namespacesOf(manifests: readonly Manifest[]): readonly NamespaceFacts[] {
  const own = manifests.filter(({ object }) => isOf(object, namespaceResource));
  refuseTwins(own);
  return own.map(({ object }) => {
    const { name, labels = {} } = withNameLabel(object).metadata;
    return { name, labels };
  });
}

/** One namespace of the manifests; where it has none, a namespace with its name and no more. */
export function namespaceOf(manifests: readonly Manifest[], name: string): NamespaceFacts {
  const found = namespacesOf(manifests).find((namespace) => namespace.name === name);
  return found ?? { name, labels: { [NAME_LABEL]: name } };
}

/** A Namespace with the label that the API server gives it. */
export function withNameLabel(namespace: KubeObject): KubeObject {
  const { metadata } = namespace;
  return { ...namespace, metadata: { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } } };
}
