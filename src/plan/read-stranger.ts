import type { LabelSelector } from '../semantics/selector.ts';
import { asList, asObject } from '../slots/canonical.ts';
import type { Json } from '../slots/kube-object.ts';
import type {
  Direction,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../slots/network-policy-schema.ts';
import type { Content } from '../slots/slot-kind.ts';
import type { RbacRule } from '../widening/rights.ts';

/** A subject of a RoleBinding; the namespace only of a service account. */
export interface BoundSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** What a RoleBinding says; members that are missing are empty. */
export interface Binding {
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly BoundSubject[];
}

/** A NetworkPolicy's spec as it may stand in a file or come from a cluster: what is no peer or port is left out. */
export function readNetworkPolicySpec({ spec }: Content): NetworkPolicySpec {
  const { podSelector, policyTypes, ingress, egress } = asObject(spec);
  const types = strings(policyTypes) as Direction[];
  return {
    podSelector: readSelector(podSelector),
    ...(types.length === 0 ? {} : { policyTypes: types }),
    ingress: asList(ingress).map((rule) => ({ from: readPeers(asObject(rule)['from']), ...readPorts(rule) })),
    egress: asList(egress).map((rule) => ({ to: readPeers(asObject(rule)['to']), ...readPorts(rule) })),
  };
}

/** The rules of a Role or ClusterRole. */
export function readRules({ rules }: Content): readonly RbacRule[] {
  return asList(rules).map((rule) => {
    const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = asObject(rule);
    return {
      verbs: strings(verbs),
      apiGroups: strings(apiGroups),
      resources: strings(resources),
      resourceNames: strings(resourceNames),
      nonResourceURLs: strings(nonResourceURLs),
    };
  });
}

/** Whom a binding grants which role. */
export function readBinding({ roleRef, subjects }: Content): Binding {
  const { kind, name } = asObject(roleRef);
  return { role: { kind: text(kind), name: text(name) }, subjects: asList(subjects).map(readSubject) };
}

function readSubject(subject: Json): BoundSubject {
  const { kind, name, namespace } = asObject(subject);
  return { kind: text(kind), name: text(name), namespace: text(namespace) };
}

function readPeers(peers: Json | undefined): NetworkPolicyPeer[] {
  return asList(peers).map((peer) => {
    const { ipBlock, namespaceSelector, podSelector } = asObject(peer);
    return {
      ...(ipBlock === undefined ? {} : { ipBlock: readBlock(ipBlock) }),
      ...(namespaceSelector === undefined ? {} : { namespaceSelector: readSelector(namespaceSelector) }),
      ...(podSelector === undefined ? {} : { podSelector: readSelector(podSelector) }),
    };
  });
}

function readBlock(block: Json): NonNullable<NetworkPolicyPeer['ipBlock']> {
  const { cidr, except } = asObject(block);
  return { cidr: text(cidr), except: strings(except) };
}

function readPorts(rule: Json): { readonly ports?: NetworkPolicyPort[] } {
  const ports = asList(asObject(rule)['ports']);
  return ports.length === 0 ? {} : { ports: ports.map(readPort) };
}

function readPort(value: Json): NetworkPolicyPort {
  const { protocol, port, endPort } = asObject(value);
  return {
    ...(typeof protocol === 'string' ? { protocol: protocol as 'TCP' } : {}),
    ...(typeof port === 'string' || typeof port === 'number' ? { port } : {}),
    ...(typeof endPort === 'number' ? { endPort } : {}),
  };
}

function readSelector(value: Json | undefined): LabelSelector {
  const { matchLabels, matchExpressions } = asObject(value);
  return {
    matchLabels: Object.fromEntries(Object.entries(asObject(matchLabels)).map(([key, label]) => [key, text(label)])),
    matchExpressions: asList(matchExpressions).map((requirement) => {
      const { key, operator, values } = asObject(requirement);
      return { key: text(key), operator: text(operator) as 'In', values: strings(values) };
    }),
  };
}

function strings(value: Json | undefined): string[] {
  return asList(value).filter((item) => typeof item === 'string');
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
