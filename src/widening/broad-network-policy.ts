import { metadataAddresses } from '../semantics/metadata-addresses.ts';
import type { Direction, NetworkPolicyPeer, NetworkPolicySpec } from '../slots/network-policy-schema.ts';
import { addressesOf, containsAddresses, intersect, sizeOf, spanOfAddress, subtract } from './address-space.ts';
import type { AddressSet, IpBlock } from './address-space.ts';
import type { PolicyPort } from './ports.ts';
import { isSatisfiable, selectsAnyNamespace, selectsAnyPod } from './selectors.ts';

/** What a NetworkPolicy opens that is as good as no posture at all. */
export interface BroadOpening {
  readonly reason: 'OpensToEveryone' | 'OpensToAllNamespaces' | 'OpensMetadata';
  /** What it opens, in words: `egress rule 2 is open to every peer`. */
  readonly opens: string;
}

/** One rule of one direction, whichever way it is written. */
export interface DirectedRule {
  readonly direction: Direction;
  /** Counted from 1, as people count. */
  readonly index: number;
  /** Empty: everyone. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly PolicyPort[] | undefined;
}

/**
 * How much of the address space is as good as all of it. A sixteenth of IPv4 (a /4: no cloud and no country needs so
 * much), and of IPv6 what one regional registry hands out (a /12 of the global unicast space, which is hardly used).
 */
const IPV4_BOUND = 2n ** 28n;
const IPV6_BOUND = 2n ** 116n;

const ALL_IPV4 = addressesOf([{ cidr: '0.0.0.0/0' }]);
/** Private, shared, loopback, link-local, multicast, reserved: open to all of it is not open to the internet. */
const PUBLIC_IPV4 = subtract(
  ALL_IPV4,
  addressesOf(
    ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16']
      .concat('224.0.0.0/3')
      .map((cidr) => ({ cidr })),
  ),
);
const GLOBAL_IPV6 = addressesOf([{ cidr: '2000::/3' }]);
/** RFC 6052: all of IPv4 as seen from a network that speaks IPv6 only. */
const NAT64 = addressesOf([{ cidr: '64:ff9b::/96' }]);

const METADATA = metadataAddresses.flatMap(({ address, cloud }) => {
  const span = spanOfAddress(address);
  return span === undefined ? [] : [{ address, cloud, span: [span] }];
});

const DNS_PORT = 53;

/**
 * What of a NetworkPolicy is broad in the directions that a default-deny closes: a rule open to every peer, to all
 * namespaces, to so many addresses that it is as good as everywhere, or to a metadata address.
 *
 * @returns undefined where nothing is: also for a policy that selects no pod, and for rules of directions it does not
 * list in its policyTypes, which Kubernetes ignores
 */
export function broadNetworkPolicy(spec: NetworkPolicySpec, closed: readonly Direction[]): BroadOpening | undefined {
  const rules = effectiveRules(spec, closed);
  return (
    first(rules, openToEveryone) ??
    first(closed, (direction) =>
      openToTheWorld(
        direction,
        rules.filter((rule) => rule.direction === direction),
      ),
    ) ??
    first(rules, openToAllNamespaces) ??
    first(rules, openToMetadata)
  );
}

/** The rules that have an effect in the given directions; none where the policy can't select a pod. */
export function effectiveRules(spec: NetworkPolicySpec, directions: readonly Direction[]): readonly DirectedRule[] {
  if (!isSatisfiable(spec.podSelector ?? {})) return [];
  const types = spec.policyTypes ?? ((spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
  const ingress = (spec.ingress ?? []).map(({ from = [], ports }, index) =>
    directed('Ingress', index + 1, { peers: from, ports }),
  );
  const egress = (spec.egress ?? []).map(({ to = [], ports }, index) =>
    directed('Egress', index + 1, { peers: to, ports }),
  );
  return [...ingress, ...egress].filter(({ direction }) => types.includes(direction) && directions.includes(direction));
}

/** How a rule is told: `egress rule 2`. */
export function describeRule({ direction, index }: Pick<DirectedRule, 'direction' | 'index'>): string {
  return `${direction.toLowerCase()} rule ${index}`;
}

function directed(
  direction: Direction,
  index: number,
  { peers, ports }: Pick<DirectedRule, 'peers' | 'ports'>,
): DirectedRule {
  return { direction, index, peers, ports };
}

function openToEveryone(rule: DirectedRule): BroadOpening | undefined {
  if (rule.peers.length > 0) return undefined;
  return { reason: 'OpensToEveryone', opens: `${describeRule(rule)} is open to every peer` };
}

/** All rules of a direction together: two halves of the internet are the internet. */
function openToTheWorld(direction: Direction, rules: readonly DirectedRule[]): BroadOpening | undefined {
  const blocks = rules.flatMap(blocksOf);
  const addresses = addressesOf(blocks);
  if (!isTheWorld(addresses)) return undefined;
  const block = largestOf(blocks);
  const others = blocks.length > 1 ? ` and ${blocks.length - 1} more` : '';
  return {
    reason: 'OpensToEveryone',
    opens: `${direction.toLowerCase()} is open to ${block?.cidr}${others}, as good as every address`,
  };
}

function isTheWorld(addresses: AddressSet): boolean {
  const ipv4 = sizeOf(intersect(addresses, PUBLIC_IPV4)) + sizeOf(intersect(addresses, NAT64));
  return ipv4 >= IPV4_BOUND || sizeOf(intersect(addresses, GLOBAL_IPV6)) >= IPV6_BOUND;
}

/** The first of the largest. */
function largestOf(blocks: readonly IpBlock[]): IpBlock | undefined {
  const sizes = blocks.map((block) => sizeOf(addressesOf([block])));
  const most = sizes.reduce((largest, size) => (size > largest ? size : largest), 0n);
  return blocks[sizes.indexOf(most)];
}

function openToAllNamespaces(rule: DirectedRule): BroadOpening | undefined {
  const all = rule.peers.some(
    ({ namespaceSelector, podSelector = {} }) =>
      namespaceSelector !== undefined && selectsAnyNamespace(namespaceSelector) && selectsAnyPod(podSelector),
  );
  return all ? { reason: 'OpensToAllNamespaces', opens: `${describeRule(rule)} is open to all namespaces` } : undefined;
}

/** Names are asked for at some of these addresses as well: a rule for port 53 alone is no way to credentials. */
function openToMetadata(rule: DirectedRule): BroadOpening | undefined {
  if (rule.direction === 'Ingress' || isDnsOnly(rule)) return undefined;
  const addresses = addressesOf(blocksOf(rule));
  const metadata = METADATA.find(({ span }) => containsAddresses(addresses, span));
  if (metadata === undefined) return undefined;
  const opens = `${describeRule(rule)} opens ${metadata.address}, where ${metadata.cloud} serves metadata and credentials`;
  return { reason: 'OpensMetadata', opens };
}

function isDnsOnly({ ports = [] }: DirectedRule): boolean {
  return ports.length > 0 && ports.every(({ port, endPort = port }) => port === DNS_PORT && endPort === DNS_PORT);
}

function blocksOf({ peers }: DirectedRule): readonly IpBlock[] {
  return peers.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock]));
}

function first<T, R>(items: readonly T[], judge: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = judge(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
