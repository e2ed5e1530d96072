import { metadataAddresses } from '../../../src/semantics/metadata-addresses.ts';
import { networkPolicy } from '../../../src/slots/network-policy.ts';
import { NOT_EXEMPT } from './exempt.ts';
import { celTexts } from './guard.ts';
import type { Guard, Validation } from './guard.ts';
import { askFor, holds } from './verbs.ts';

/** Namespaces in which nobody opens a direction to everyone: `Ingress`, `Egress` or `All`. */
const GUARD_NETWORK = 'parapet.dev/guard-network';

type Direction = 'Ingress' | 'Egress';
const DIRECTIONS: readonly Direction[] = ['Ingress', 'Egress'];
const PEERS = { Ingress: 'from', Egress: 'to' } as const;

const METADATA = celTexts(metadataAddresses.map(({ address }) => address));

/** Private, shared, loopback, link-local, multicast, reserved: open to all of it is not open to the internet. */
const PRIVATE =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/3'.split(' ');
/** RFC 6052: all of IPv4 as seen from a network that speaks IPv6 only. */
const NAT64 = "cidr('64:ff9b::/96')";
/** Where addresses of the IPv6 internet are. */
const GLOBAL_IPV6 = "cidr('2000::/3')";

/** A /4 and a /12: more than any cloud or country needs, and so as good as everywhere. */
const IPV4_BOUND = 2 ** 28;
const IPV6_BOUND = 2 ** 20;

/** `sizes[p]` is 2 to the power of 32 - p: how many addresses a prefix of IPv4 leaves, or /32 networks one of IPv6. */
const SIZES = `[${Array.from({ length: 33 }, (_, prefix) => 2 ** (32 - prefix)).join(', ')}]`;

/** Every namespace has the label of its name. */
const NAMED = `(each.operator == 'Exists' && each.key == 'kubernetes.io/metadata.name')`;

const NEXT = `name the peers, or ask for an allow in a ClusterSecurityPolicy or a SecurityException; in an emergency ${askFor('break-glass')}`;

/**
 * No NetworkPolicy in a guarded namespace may be Broad in a guarded direction. A rule is judged by its peers alone, and
 * an `except` takes nothing away from a network as large as the internet.
 */
export const networkGuard: Guard = {
  name: 'network',
  resources: networkPolicy.objects.map(({ resource }) => resource),
  operations: ['CREATE', 'UPDATE'],
  when: { ...NOT_EXEMPT, 'spec-changes': 'oldObject == null || object.spec != oldObject.spec' },
  variables: {
    breakGlass: holds('break-glass'),
    guarded: `namespaceObject.metadata.?labels[?'${GUARD_NETWORK}'].orValue('All')`,
    private: `${celTexts(PRIVATE)}.map(each, cidr(each))`,
    sizes: SIZES,
    ...Object.fromEntries(DIRECTIONS.flatMap((direction) => Object.entries(variablesOf(direction)))),
  },
  validations: [...DIRECTIONS.flatMap(validationsOf), metadataValidation()],
  namespaceSelector: {
    matchExpressions: [{ key: GUARD_NETWORK, operator: 'In', values: [...DIRECTIONS, 'All'] }],
  },
};

/** The rules of a direction that have an effect and are guarded, and the networks they name. */
function variablesOf(direction: Direction): Readonly<Record<string, string>> {
  const member = direction.toLowerCase();
  const effective = `'${direction}' in object.spec.?policyTypes.orValue([]) && variables.guarded in ['${direction}', 'All']`;
  return {
    [member]: `${effective} ? object.spec.?${member}.orValue([]) : []`,
    [`${member}Ipv4`]: sum(direction, ipv4Size('network')),
    [`${member}Ipv6`]: sum(direction, ipv6Size('network')),
  };
}

function sum(direction: Direction, size: string): string {
  const blocks = `${peersOf(direction)}.filter(peer, has(peer.ipBlock) && isCIDR(peer.ipBlock.cidr))`;
  return `variables.${direction.toLowerCase()}.map(rule, ${blocks}.map(peer, cidr(peer.ipBlock.cidr)).map(network, ${size}).sum()).sum()`;
}

function ipv4Size(network: string): string {
  const prefix = `${network}.prefixLength()`;
  const own = `variables.private.exists(each, each.containsCIDR(${network})) ? 0 : variables.sizes[${prefix}]`;
  const behindNat64 = `${prefix} >= 96 && ${NAT64}.containsCIDR(${network}) ? variables.sizes[${prefix} - 96] : (${network}.containsCIDR(${NAT64}) ? variables.sizes[0] : 0)`;
  return `${network}.ip().family() == 4 ? (${own}) : (${behindNat64})`;
}

function ipv6Size(network: string): string {
  const prefix = `${network}.prefixLength()`;
  const global = `(${GLOBAL_IPV6}.containsCIDR(${network}) || ${network}.containsCIDR(${GLOBAL_IPV6}))`;
  return `${network}.ip().family() == 6 && ${prefix} <= 32 && ${global} ? variables.sizes[${prefix}] : 0`;
}

function validationsOf(direction: Direction): readonly Validation[] {
  const member = direction.toLowerCase();
  const peers = peersOf(direction);
  const selector = `has(peer.namespaceSelector) && ${selectsAnything('peer.?namespaceSelector', NAMED)} && ${selectsAnything('peer.?podSelector')}`;
  return [
    refuse(`variables.${member}.exists(rule, ${peers}.size() == 0)`, `opens ${member} to every peer`),
    refuse(`variables.${member}.exists(rule, ${peers}.exists(peer, ${selector}))`, `opens ${member} to all namespaces`),
    refuse(
      `variables.${member}Ipv4 >= ${IPV4_BOUND} || variables.${member}Ipv6 >= ${IPV6_BOUND}`,
      `opens ${member} to so many addresses that it is as good as everywhere`,
    ),
    // What this can't read, the network plugin may.
    refuse(
      `variables.${member}.exists(rule, ${peers}.exists(peer, has(peer.ipBlock) && !isCIDR(peer.ipBlock.cidr)))`,
      `opens ${member} to an ipBlock that is not written as a plain CIDR`,
    ),
  ];
}

/** Whether a selector takes in what nobody has labelled: `{}`, and all that only excludes. An absent one does too. */
function selectsAnything(selector: string, or = 'false'): string {
  const labels = `${selector}.?matchLabels.orValue({}).size() == 0`;
  const expressions = `${selector}.?matchExpressions.orValue([]).all(each, each.operator in ['NotIn', 'DoesNotExist'] || ${or})`;
  return `${labels} && ${expressions}`;
}

/** Names are asked for at some of these addresses as well: a rule for port 53 alone is no way to credentials. */
function metadataValidation(): Validation {
  const dnsOnly = `rule.?ports.orValue([]).size() > 0 && rule.ports.all(each, string(each.?port.orValue('')) == '53' && each.?endPort.orValue(53) == 53)`;
  const excepted = `peer.ipBlock.?except.orValue([]).exists(each, isCIDR(each) && cidr(each).containsIP(address))`;
  const reached = `[cidr(peer.ipBlock.cidr)].exists(network, ${METADATA}.exists(address, network.containsIP(address) && !${excepted}))`;
  const block = `has(peer.ipBlock) && isCIDR(peer.ipBlock.cidr) && ${reached}`;
  return refuse(
    `variables.egress.exists(rule, !(${dnsOnly}) && ${peersOf('Egress')}.exists(peer, ${block}))`,
    'opens egress to an address at which clouds serve metadata and credentials',
  );
}

function refuse(broad: string, told: string): Validation {
  return {
    expression: `!(${broad}) || variables.breakGlass`,
    what: `'NetworkPolicy ' + object.metadata.name + ' in namespace ' + request.namespace + ' ${told}'`,
    next: NEXT,
  };
}

function peersOf(direction: Direction): string {
  return `rule.?${PEERS[direction]}.orValue([])`;
}
