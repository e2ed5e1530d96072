import { containsCidr, formatCidr, parseAddress, parseCidr } from '../semantics/cidr.ts';
import type { Cidr } from '../semantics/cidr.ts';
import { metadataAddresses } from '../semantics/metadata-addresses.ts';
import type { IpBlock, NetworkPolicyPeer, NetworkPolicySpec } from './network-policy-schema.ts';
import type { CniFacts } from './platform-facts.ts';

const EVERYWHERE: readonly NetworkPolicyPeer[] = [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }];

/** Unless told to, Cilium matches no pod by its address: there everywhere takes all of them as well. */
export function everywhereUnder({ name }: CniFacts): readonly NetworkPolicyPeer[] {
  return name === 'cilium' ? [...EVERYWHERE, { namespaceSelector: {} }] : EVERYWHERE;
}

const networks: readonly Cidr[] = metadataAddresses.flatMap(({ address }) => parseAddress(address) ?? []);

/** Whose metadata address a network is; undefined where it is none or holds other addresses as well. */
export function metadataCloud(network: Cidr): string | undefined {
  const index = networks.findIndex((metadata) => containsCidr(metadata, network));
  return metadataAddresses[index]?.cloud;
}

/**
 * The block with every cloud's metadata addresses excepted that it holds; undefined where nothing else would be left.
 * The API server wants each exception to be a strict subset of the block's network.
 */
export function withoutMetadata(block: IpBlock): IpBlock | undefined {
  const outer = parseCidr(block.cidr);
  if (outer === undefined) return block;
  if (metadataCloud(outer) !== undefined) return undefined;
  const excepted = (block.except ?? []).flatMap((except) => parseCidr(except) ?? []);
  const open = networks.filter(
    (metadata) => containsCidr(outer, metadata) && !excepted.some((except) => containsCidr(except, metadata)),
  );
  return open.length === 0 ? block : { ...block, except: [...(block.except ?? []), ...open.map(formatCidr)] };
}

/**
 * A policy as written, but for metadata addresses: they are cut out of each of its networks, and an egress rule for
 * everywhere becomes one for all addresses but them. A rule that has no peer left is left out, since it would mean
 * everywhere. What `policyTypes` implies has to be in there already: it may follow from a rule that is left out.
 *
 * @param everywhere the peers that stand for all addresses
 */
export function closedToMetadata(
  spec: NetworkPolicySpec,
  everywhere: readonly NetworkPolicyPeer[] = EVERYWHERE,
): NetworkPolicySpec {
  const { ingress = [], egress = [] } = spec;
  return {
    ...spec,
    ingress: ingress.flatMap((rule) => {
      const from = (rule.from ?? []).flatMap(peerWithoutMetadata);
      return isPeerless(rule.from) ? [rule] : from.length === 0 ? [] : [{ ...rule, from }];
    }),
    egress: egress.flatMap((rule) => {
      const to = (isPeerless(rule.to) ? everywhere : rule.to).flatMap(peerWithoutMetadata);
      return to.length === 0 ? [] : [{ ...rule, to }];
    }),
  };
}

function isPeerless(peers: readonly NetworkPolicyPeer[] | undefined): peers is undefined | readonly [] {
  return (peers ?? []).length === 0;
}

function peerWithoutMetadata(peer: NetworkPolicyPeer): readonly NetworkPolicyPeer[] {
  if (peer.ipBlock === undefined) return [peer];
  const ipBlock = withoutMetadata(peer.ipBlock);
  return ipBlock === undefined ? [] : [{ ...peer, ipBlock }];
}
