import type { Cloud, CniFacts, DnsFacts, DnsPeer, Endpoint, PlatformFacts } from '../slots/platform-facts.ts';
import type { StringMap } from '../slots/kube-object.ts';

/** What was found in a cluster, before anything is made of it. */
export interface Findings {
  /** The Services of kube-system that may be the cluster's DNS, those of `DNS_SERVICES` that are there. */
  readonly dnsServices: readonly DnsService[];
  /** The ClusterIPs of the Service `kubernetes`. */
  readonly apiServer: readonly Endpoint[];
  /** The API server's `gitVersion`, which names EKS and GKE; empty where unknown. */
  readonly version: string;
  /** The API groups that are served. */
  readonly apiGroups: readonly string[];
  /** `policy-cidr-match-mode` of Cilium's ConfigMap; undefined where there is none to be read. */
  readonly ciliumCidrMatchMode?: string | undefined;
}

export interface DnsService {
  readonly name: string;
  readonly clusterIPs: readonly string[];
  readonly selector: StringMap;
  /** The numeric target ports of its port 53. */
  readonly targetPorts: readonly number[];
}

/** NodeLocal DNSCache's way to the servers behind it; where it is, the cache is. */
export const NODE_LOCAL_SERVICE = 'kube-dns-upstream';
/** Where kubeadm, kops, k3s and the large clouds, kubespray, and RKE2 have their DNS Service; all in kube-system. */
export const DNS_SERVICES = ['kube-dns', 'coredns', 'rke2-coredns-rke2-coredns', NODE_LOCAL_SERVICE] as const;

/** CoreDNS and kube-dns alike carry this label in kube-system; kubeadm, kops, EKS, AKS and GKE deploy them so. */
const DNS_PODS: DnsPeer = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } };
const DNS_PORT = 53;
/** The DNS operator's pods listen there; which CNIs of OpenShift see, after translation. */
const OPENSHIFT_PODS: DnsPeer = {
  namespace: 'openshift-dns',
  podLabels: { 'dns.operator.openshift.io/daemonset-dns': 'default' },
};
const OPENSHIFT_PORT = 5353;
/** Served by OpenShift and MicroShift, by nothing else. */
const OPENSHIFT_GROUP = 'security.openshift.io';
/** NodeLocal DNSCache's own address, and its pods where the CNI redirects to them (Cilium, GKE Dataplane V2). */
const NODE_LOCAL: readonly DnsPeer[] = [
  { cidr: '169.254.20.10/32' },
  { namespace: 'kube-system', podLabels: { 'k8s-app': 'node-local-dns' } },
];
/** Cloud DNS for GKE answers at the metadata server's address. */
const GKE_CLOUD_DNS: DnsPeer = { cidr: '169.254.169.254/32' };

const CNI_GROUPS: readonly (readonly [CniFacts['name'], string])[] = [
  ['cilium', 'cilium.io'],
  ['calico', 'crd.projectcalico.org'],
  ['antrea', 'crd.antrea.io'],
  ['ovn-kubernetes', 'k8s.ovn.org'],
];

/** Before anything was looked at, and where nothing can be. */
export const NOTHING_FOUND: Findings = { dnsServices: [], apiServer: [], version: '', apiGroups: [] };

/** Facts from what was found; what one was told counts more, also for what follows from it. */
export function platformFacts(
  found: Findings,
  endpoints: readonly Endpoint[],
  told: Partial<PlatformFacts> = {},
): PlatformFacts {
  const cloud = told.cloud ?? cloudOf(found.version);
  return {
    dns: dnsOf(found, cloud),
    apiServer: { service: found.apiServer, endpoints },
    nodeCidrs: [],
    cni: cniOf(found),
    ...told,
    cloud,
  };
}

/** The facts that neither were told nor could be learnt: plans go on without them, or with an assumption. */
export function unknownFacts(
  facts: PlatformFacts,
  found: Findings,
  told: Partial<PlatformFacts> = {},
): readonly (keyof PlatformFacts)[] {
  const isFound: Readonly<Record<keyof PlatformFacts, boolean>> = {
    dns: found.dnsServices.length > 0 || found.apiGroups.includes(OPENSHIFT_GROUP) || facts.cloud === 'gcp',
    apiServer: facts.apiServer.endpoints.length > 0,
    nodeCidrs: facts.nodeCidrs.length > 0,
    cloud: facts.cloud !== 'unknown',
    cni: facts.cni.name !== 'unknown',
  };
  return (['dns', 'apiServer', 'nodeCidrs', 'cloud', 'cni'] as const).filter(
    (member) => told[member] === undefined && !isFound[member],
  );
}

/** `v1.33.1-eks-1fbb135`, `v1.33.1-gke.1386000`: managed Kubernetes names itself, but for AKS. */
function cloudOf(version: string): Cloud {
  if (version.includes('-eks-')) return 'aws';
  return version.includes('-gke.') ? 'gcp' : 'unknown';
}

function cniOf({ apiGroups, ciliumCidrMatchMode = '' }: Findings): CniFacts {
  const [name = 'unknown'] = CNI_GROUPS.find(([, group]) => apiGroups.includes(group)) ?? [];
  return { name, ipBlockMatchesNodes: name !== 'cilium' || ciliumCidrMatchMode.split(/[\s,]+/).includes('nodes') };
}

/** Everything that may answer: a peer too many opens a port for names, a peer too few cuts a namespace off. */
function dnsOf({ dnsServices, apiGroups }: Findings, cloud: Cloud): DnsFacts {
  const isOpenShift = apiGroups.includes(OPENSHIFT_GROUP);
  const isNodeLocal = cloud === 'gcp' || dnsServices.some(({ name }) => name === NODE_LOCAL_SERVICE);
  const pods = dnsServices.map(({ selector }) => podsOf(selector));
  const peers: readonly DnsPeer[] = [
    ...(pods.length === 0 && !isOpenShift ? [DNS_PODS] : pods),
    ...(isOpenShift ? [OPENSHIFT_PODS] : []),
    ...dnsServices.filter(isAsked).flatMap(({ clusterIPs }) => clusterIPs.map(hostPeer)),
    ...(isNodeLocal ? NODE_LOCAL : []),
    ...(cloud === 'gcp' ? [GKE_CLOUD_DNS] : []),
  ];
  const ports = [DNS_PORT, ...dnsServices.flatMap(({ targetPorts }) => targetPorts)];
  return { peers: distinct(peers), ports: [...new Set([...ports, ...(isOpenShift ? [OPENSHIFT_PORT] : [])])] };
}

/** Only the cache itself asks the Service behind it. */
function isAsked({ name }: DnsService): boolean {
  return name !== NODE_LOCAL_SERVICE;
}

/** A Service without a selector tells nothing of its pods; no labels at all would mean every pod. */
function podsOf(selector: StringMap): DnsPeer {
  return Object.keys(selector).length === 0 ? DNS_PODS : { namespace: 'kube-system', podLabels: selector };
}

function hostPeer(ip: string): DnsPeer {
  return { cidr: `${ip}/${ip.includes(':') ? 128 : 32}` };
}

function distinct(peers: readonly DnsPeer[]): readonly DnsPeer[] {
  return [...new Map(peers.map((peer) => [JSON.stringify(peer), peer])).values()];
}
