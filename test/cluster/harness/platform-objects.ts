import type { KubeObject } from '../../../src/slots/kube-object.ts';

/** A DNS Service as platforms have it; the address has to be in the Service network of the control plane, 10.96.0.0/16. */
export function dnsService(
  name: string,
  clusterIP: string,
  members: Readonly<Record<string, unknown>> = {},
): KubeObject {
  const spec = { clusterIP, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }], ...members };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'kube-system' }, spec };
}

/** The least that makes an API group be served, and so a platform be told by it. */
export function apiGroup(group: string): KubeObject {
  const names = { plural: 'samples', kind: 'Sample', singular: 'sample' };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `samples.${group}` },
    spec: { group, names, scope: 'Cluster', versions },
  };
}

/** Cilium's settings, as far as they matter. */
export function ciliumConfig(cidrMatchMode: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data: { 'policy-cidr-match-mode': cidrMatchMode },
  };
}
