import { containsCidr, parseAddress, parseCidr } from '../semantics/cidr.ts';
import type { Cloud, PlatformFacts } from './platform-facts.ts';
import type { Caveat } from './slot-kind.ts';

/** There the API server is not on one of the cluster's nodes. */
const MANAGED: readonly Cloud[] = ['aws', 'gcp', 'azure'];

const SETTING =
  'set policy-cidr-match-mode: nodes in ConfigMap kube-system/cilium-config (Helm: policyCIDRMatchMode={nodes}) and restart its agents';

/**
 * What an allow to or from the API server is worth where an `ipBlock` matches no node: nothing, if it is on one. Cilium
 * takes nodes by their identity, never by their address, unless told to.
 *
 * @param entities how a CiliumNetworkPolicy says it
 */
export function notEffectiveOnNodes(platform: PlatformFacts, entities: string): Caveat | undefined {
  const { cni, cloud } = platform;
  if (cni.ipBlockMatchesNodes || MANAGED.includes(cloud) || !mayBeOnNode(platform)) return undefined;
  return {
    reason: 'NotEffective',
    message: `has no effect on an API server that runs on a node: under ${cni.name} an ipBlock matches no node; ${SETTING}, or add a CiliumNetworkPolicy with ${entities}; where it is set elsewhere, tell cni by --platform`,
  };
}

/** As long as nobody tells where nodes are, it may. */
function mayBeOnNode({ nodeCidrs, apiServer }: PlatformFacts): boolean {
  const nodes = nodeCidrs.flatMap((cidr) => parseCidr(cidr) ?? []);
  const addresses = apiServer.endpoints.flatMap(({ ip }) => parseAddress(ip) ?? []);
  return nodes.length === 0 || addresses.some((address) => nodes.some((network) => containsCidr(network, address)));
}
