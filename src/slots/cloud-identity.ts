import type { Cloud, PodPeer } from './platform-facts.ts';

/** Where workloads ask for their own cloud identity: addresses, each with its TCP ports. */
export interface IdentityEndpoint {
  readonly cidrs: readonly string[];
  readonly ports: readonly number[];
}

/**
 * EKS: the Pod Identity agent. GKE: the metadata server that Workload Identity puts in front of the node's, at .254
 * with Dataplane V2 and at .252 without. AKS has none: its workload identity asks Microsoft Entra over the internet, and
 * what answers at 169.254.169.254 there is the node's own identity, which no pod should borrow.
 */
export const identityEndpoints: Readonly<Record<Cloud, readonly IdentityEndpoint[]>> = {
  aws: [{ cidrs: ['169.254.170.23/32', 'fd00:ec2::23/128'], ports: [80] }],
  gcp: [
    { cidrs: ['169.254.169.254/32'], ports: [80, 8080] },
    { cidrs: ['169.254.169.252/32'], ports: [987, 988] },
  ],
  azure: [],
  none: [],
  unknown: [],
};

/**
 * Through whom the API server calls webhooks where it isn't in the cluster's network: GKE's and AKS's tunnel ends in
 * pods of kube-system, so their addresses are the callers'.
 */
export const apiServerAgents: Readonly<Record<Cloud, readonly PodPeer[]>> = {
  aws: [],
  gcp: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'konnectivity-agent' } }],
  azure: [{ namespace: 'kube-system', podLabels: { app: 'konnectivity-agent' } }],
  none: [],
  unknown: [],
};
