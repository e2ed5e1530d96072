import type { StringMap } from './kube-object.ts';

/** What a cluster is like: an input of `plan()`, detected in `kube/` or set by flags. */
export interface PlatformFacts {
  /** Where pods ask for names: peers and ports of the DNS allow. */
  readonly dns: DnsFacts;
  /** The API server as pods see it; empty lists mean unknown. */
  readonly apiServer: ApiServerFacts;
  /** Networks that the nodes' addresses are from, in CIDR notation; empty means unknown. */
  readonly nodeCidrs: readonly string[];
  /** Whose managed Kubernetes it is: decides where workloads get their cloud identity from. */
  readonly cloud: Cloud;
  readonly cni: CniFacts;
}

export interface DnsFacts {
  readonly peers: readonly DnsPeer[];
  /** Ports opened for both UDP and TCP. */
  readonly ports: readonly number[];
}

/** Either pods by namespace and label, or an address. */
export type DnsPeer = PodPeer | { readonly cidr: string };

/** Pods of one namespace, by their labels. */
export interface PodPeer {
  readonly namespace: string;
  readonly podLabels: StringMap;
}

export interface ApiServerFacts {
  /** The ClusterIPs of the Service `kubernetes`, each with its port. */
  readonly service: readonly Endpoint[];
  /** The addresses behind it. */
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** EKS, GKE, AKS; `none` is a cluster without a cloud's identities. */
export type Cloud = 'aws' | 'gcp' | 'azure' | 'none' | 'unknown';

/** The network plugin, which is who enforces NetworkPolicies. */
export interface CniFacts {
  readonly name: 'antrea' | 'calico' | 'cilium' | 'ovn-kubernetes' | 'unknown';
  /** Whether an `ipBlock` also matches nodes: Cilium's does only with `policy-cidr-match-mode: nodes`. */
  readonly ipBlockMatchesNodes: boolean;
}
