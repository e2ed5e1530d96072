import { hostCidr, parseCidr } from '../semantics/cidr.ts';
import { apiServerAgents, identityEndpoints } from './cloud-identity.ts';
import type { Json } from './kube-object.ts';
import { withoutMetadata } from './metadata-cutouts.ts';
import type { Direction, Preset } from './network-policy-schema.ts';
import { notEffectiveOnNodes } from './not-effective.ts';
import type { DnsPeer, PlatformFacts } from './platform-facts.ts';
import type { Caveat } from './slot-kind.ts';

/** What one preset opens: rules by direction. A direction it does not speak of, or has no peer for, is absent. */
export interface AllowPreset {
  readonly preset: Preset;
  /** The NetworkPolicy it becomes. */
  readonly name: string;
  rules(platform: PlatformFacts): PresetRules;
  /** Why what it renders has no effect on such a platform. */
  caveat?(platform: PlatformFacts): Caveat | undefined;
}

export interface PresetRules {
  readonly Ingress?: readonly Json[];
  readonly Egress?: readonly Json[];
}

/** Well-known since Kubernetes 1.21 on every namespace; tenants cannot change it. */
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

export const allowPresets: readonly AllowPreset[] = [
  { preset: 'DNS', name: 'parapet-allow-dns', rules: dnsRules },
  {
    preset: 'SameNamespace',
    name: 'parapet-allow-same-namespace',
    rules: () => ({ Ingress: [{ from: [{ podSelector: {} }] }], Egress: [{ to: [{ podSelector: {} }] }] }),
  },
  {
    preset: 'KubernetesAPI',
    name: 'parapet-allow-kubernetes-api',
    rules: apiServerRules,
    caveat: (platform) => notEffectiveOnNodes(platform, 'toEntities: [kube-apiserver]'),
  },
  {
    preset: 'APIServerWebhooks',
    name: 'parapet-allow-webhooks',
    rules: webhookRules,
    caveat: (platform) => notEffectiveOnNodes(platform, 'fromEntities: [kube-apiserver, remote-node]'),
  },
  { preset: 'CloudIdentity', name: 'parapet-allow-cloud-identity', rules: identityRules },
];

/** The directions a preset has rules for. */
export function openedDirections(rules: PresetRules): readonly Direction[] {
  return (['Egress', 'Ingress'] as const).filter((direction) => (rules[direction] ?? []).length > 0);
}

/**
 * A rule without peers would mean everywhere, one without ports everything: either is left out. Metadata addresses are
 * not cut out: on GKE the resolver is at one of them.
 */
function dnsRules({ dns }: PlatformFacts): PresetRules {
  const to = dns.peers.flatMap(dnsPeer);
  const ports = [...new Set(dns.ports)].flatMap((port) => [
    { protocol: 'UDP', port },
    { protocol: 'TCP', port },
  ]);
  return to.length === 0 || ports.length === 0 ? {} : { Egress: [{ to, ports }] };
}

/** Nothing for a peer that names no namespace or no network: it would reach further than meant. */
function dnsPeer(peer: DnsPeer): readonly Json[] {
  if ('cidr' in peer) return parseCidr(peer.cidr) === undefined ? [] : [{ ipBlock: { cidr: peer.cidr } }];
  if (peer.namespace === '') return [];
  const namespaceSelector = { matchLabels: { [NAMESPACE_NAME_LABEL]: peer.namespace } };
  return [{ namespaceSelector, podSelector: { matchLabels: peer.podLabels } }];
}

/** One rule per port, since each address is opened for its own port only. */
function apiServerRules({ apiServer }: PlatformFacts): PresetRules {
  const byPort = Map.groupBy([...apiServer.service, ...apiServer.endpoints], ({ port }) => port);
  const Egress = [...byPort]
    .toSorted(([a], [b]) => a - b)
    .map(([port, endpoints]) => ({ to: hostPeers(endpoints.map(({ ip }) => ip)), ports: [{ protocol: 'TCP', port }] }))
    .filter(({ to }) => to.length > 0);
  return { Egress };
}

/**
 * From where the API server calls: its own addresses, the nodes', the tunnel's end. Any TCP port: a webhook listens on
 * whatever its Service says. The Service's ClusterIP is nobody's source address.
 */
function webhookRules({ apiServer, nodeCidrs, cloud }: PlatformFacts): PresetRules {
  const from = [
    ...apiServerAgents[cloud].flatMap(dnsPeer),
    ...networkPeers(nodeCidrs),
    ...hostPeers(apiServer.endpoints.map(({ ip }) => ip)),
  ];
  return from.length === 0 ? {} : { Ingress: [{ from, ports: [{ protocol: 'TCP' }] }] };
}

/** The one thing that metadata addresses are opened for, and only for what the cloud at hand needs. */
function identityRules({ cloud }: PlatformFacts): PresetRules {
  const Egress = identityEndpoints[cloud].map(({ cidrs, ports }) => ({
    to: cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    ports: ports.map((port) => ({ protocol: 'TCP', port })),
  }));
  return { Egress };
}

function hostPeers(addresses: readonly string[]): readonly Json[] {
  return networkPeers(addresses.map(hostCidr).filter((cidr) => cidr !== undefined));
}

/** Sorted, each once, without metadata addresses; what can't be read is left out. */
function networkPeers(cidrs: readonly string[]): readonly Json[] {
  const readable = cidrs.filter((cidr) => parseCidr(cidr) !== undefined);
  return [...new Set(readable)].toSorted().flatMap((cidr) => {
    const ipBlock = withoutMetadata({ cidr });
    return ipBlock === undefined ? [] : [{ ipBlock: { ...ipBlock } }];
  });
}
