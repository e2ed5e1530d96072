import type { Resource } from '../slots/kube-object.ts';

/** Query parameters; absent values are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Path of a collection: of one namespace, or of the whole cluster where no namespace is given or the kind has none.
 * Every segment is encoded, so nothing a custom resource says can reach another path.
 */
export function collectionPath(resource: Resource, namespace?: string): string {
  const root =
    resource.group === ''
      ? `/api/${segment(resource.version)}`
      : `/apis/${segment(resource.group)}/${segment(resource.version)}`;
  const scoped = resource.namespaced && namespace !== undefined && namespace !== '';
  const scope = scoped ? `/namespaces/${segment(namespace)}` : '';
  return `${root}${scope}/${segment(resource.plural)}`;
}

/** Path of one object; `namespace` is empty or undefined for cluster-scoped kinds. */
export function objectPath(
  resource: Resource,
  namespace: string | undefined,
  name: string,
  subresource?: string,
): string {
  const path = `${collectionPath(resource, namespace)}/${segment(name)}`;
  return subresource === undefined ? path : `${path}/${segment(subresource)}`;
}

/** `?a=1&b=2`, or nothing. */
export function queryString(query: Query): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** `networkpolicies.networking.k8s.io`: how logs, metrics and messages name a resource. */
export function resourceName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function segment(value: string): string {
  // encodeURIComponent leaves dots alone, and `..` would climb; an empty segment would address the collection.
  if (value === '' || value === '.' || value === '..') {
    throw new RangeError(`not a path segment: ${JSON.stringify(value)}`);
  }
  return encodeURIComponent(value);
}
