import type { KubeObject, ObjectMeta, Resource } from '../../../src/slots/kube-object.ts';
import type { StoreTransform, Stored } from '../../../src/kube/store.ts';

export const CONFIG_MAPS: Resource = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export function configMap(metadata: Partial<ObjectMeta>, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'team', ...metadata }, data };
}

/** Keeps the object itself. */
export interface Kept extends Stored {
  readonly object: KubeObject;
}

export const keepAll: StoreTransform<Kept> = {
  transform: (object) => ({
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    object,
  }),
};
