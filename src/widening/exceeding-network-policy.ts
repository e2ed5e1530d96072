import type { Direction, NetworkPolicyPeer, NetworkPolicySpec } from '../slots/network-policy-schema.ts';
import type { StringMap } from '../slots/kube-object.ts';
import { parseCidr } from '../semantics/cidr.ts';
import { matchesSelector } from '../semantics/selector.ts';
import type { LabelSelector } from '../semantics/selector.ts';
import { addressesOf, containsAddresses, union } from './address-space.ts';
import type { AddressSet, IpBlock } from './address-space.ts';
import { describeRule, effectiveRules } from './broad-network-policy.ts';
import type { DirectedRule } from './broad-network-policy.ts';
import { cutAtEdges, describePiece, opensPiece, portPieces } from './ports.ts';
import type { PortPiece } from './ports.ts';
import { containsSelector, namespaceNamed } from './selectors.ts';

/** The namespace that the policies are in: a peer without a namespaceSelector means its pods. */
export interface PolicyNamespace {
  readonly name: string;
  readonly labels: StringMap;
}

export interface ExceedInput {
  readonly spec: NetworkPolicySpec;
  /** What may be open: the policies' own. */
  readonly allowed: readonly NetworkPolicySpec[];
  /** Directions that a default-deny closes: the others are open anyway. */
  readonly closed: readonly Direction[];
  readonly namespace: PolicyNamespace;
}

/**
 * What a NetworkPolicy opens beyond what others allow, in words: `egress rule 1 opens TCP 443 to 192.0.2.0/24`.
 * Addresses and port numbers are compared exactly, also where several rules together allow them; a selector counts as
 * allowed where one rule's selector contains it. What can't be decided is not allowed.
 *
 * @returns undefined where everything it opens is allowed
 */
export function exceedingNetworkPolicy({ spec, allowed, closed, namespace }: ExceedInput): string | undefined {
  for (const direction of closed) {
    const openings = allowed
      .filter((other) => containsSelector(other.podSelector ?? {}, spec.podSelector ?? {}))
      .flatMap((other) => effectiveRules(other, [direction]))
      .map((rule) => openingOf(rule, namespace));
    for (const rule of effectiveRules(spec, [direction])) {
      const exceeding = exceedingRule(rule, openings, namespace);
      if (exceeding !== undefined) return exceeding;
    }
  }
  return undefined;
}

/** An allowed rule, read once. */
interface Opening {
  readonly everyone: boolean;
  readonly addresses: AddressSet;
  readonly pods: readonly PodPeer[];
  readonly ports: readonly PortPiece[];
}

/** Pods of the namespaces a selector chooses; `own` are those of the policy's namespace, whose labels are known. */
interface PodPeer {
  readonly namespaces: LabelSelector;
  readonly own: boolean;
  readonly pods: LabelSelector;
}

function openingOf({ peers, ports }: DirectedRule, namespace: PolicyNamespace): Opening {
  return {
    everyone: peers.length === 0,
    addresses: addressesOf(peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock]))),
    pods: peers.filter(({ ipBlock }) => ipBlock === undefined).map((peer) => podPeer(peer, namespace)),
    ports: portPieces(ports),
  };
}

function podPeer({ namespaceSelector, podSelector = {} }: NetworkPolicyPeer, { name }: PolicyNamespace): PodPeer {
  const own = namespaceSelector === undefined;
  return { namespaces: namespaceSelector ?? namespaceNamed(name), own, pods: podSelector };
}

/** Pieces that the same allowed rules open are looked at once, so that ports times peers is no product. */
function exceedingRule(
  rule: DirectedRule,
  openings: readonly Opening[],
  namespace: PolicyNamespace,
): string | undefined {
  const pieces = cutAtEdges(
    portPieces(rule.ports),
    openings.flatMap(({ ports }) => ports),
  );
  const groups = Map.groupBy(pieces, (piece) =>
    openings.flatMap(({ ports }, index) => (opensPiece(ports, piece) ? [index] : [])).join(),
  );
  for (const [piece] of groups.values()) {
    if (piece === undefined) continue;
    const opening = openings.filter(({ ports }) => opensPiece(ports, piece));
    const peer = exceedingPeer(rule.peers, opening, namespace);
    if (peer !== undefined) return `${describeRule(rule)} opens ${describePiece(piece)} to ${peer}`;
  }
  return undefined;
}

function exceedingPeer(
  peers: readonly NetworkPolicyPeer[],
  openings: readonly Opening[],
  namespace: PolicyNamespace,
): string | undefined {
  if (openings.some(({ everyone }) => everyone)) return undefined;
  if (peers.length === 0) return 'every peer';
  const addresses = union(openings.flatMap((opening) => opening.addresses));
  const pods = openings.flatMap((opening) => opening.pods);
  const exceeding = peers.find((peer) =>
    peer.ipBlock === undefined
      ? !pods.some((outer) => containsPods(outer, podPeer(peer, namespace), namespace))
      : !isReadable(peer.ipBlock) || !containsAddresses(addresses, addressesOf([peer.ipBlock])),
  );
  return exceeding === undefined ? undefined : describePeer(exceeding);
}

/** What is no network could be any. */
function isReadable({ cidr }: IpBlock): boolean {
  return parseCidr(cidr) !== undefined;
}

function containsPods(outer: PodPeer, inner: PodPeer, namespace: PolicyNamespace): boolean {
  if (!containsSelector(outer.pods, inner.pods)) return false;
  if (inner.own) return outer.own || matchesSelector(outer.namespaces, namespace.labels);
  return containsSelector(outer.namespaces, inner.namespaces);
}

function describePeer({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer): string {
  if (ipBlock !== undefined) return ipBlock.cidr;
  const pods = podSelector === undefined ? 'every pod' : `pods ${describeSelector(podSelector)}`;
  return namespaceSelector === undefined ? pods : `${pods} of namespaces ${describeSelector(namespaceSelector)}`;
}

function describeSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const parts = [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => `${key} ${operator} ${values.join(',')}`.trim()),
  ];
  return parts.length === 0 ? '{}' : `(${parts.join('; ')})`;
}
