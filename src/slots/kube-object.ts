/** Plain JSON, as the API server sends and takes it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** String to string: labels, annotations, matchLabels. */
export type StringMap = Readonly<Record<string, string>>;

/** The members of `metadata` that Parapet reads or writes. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** One entry of `metadata.managedFields`: who claims which fields, at one second's resolution. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Json;
}

/** A whole Kubernetes object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [member: string]: unknown;
}

/** Where a kind lives in the API: enough to build its URLs, its watch and its RBAC rule. */
export interface Resource {
  /** API group, empty for core. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The namespace itself. */
export const namespaceResource: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};

/** `v1` for core, `group/version` otherwise. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}
