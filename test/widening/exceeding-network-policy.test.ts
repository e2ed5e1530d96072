import { expect } from 'chai';
import fc from 'fast-check';
import { matchesSelector } from '../../src/semantics/selector.ts';
import type { LabelSelector } from '../../src/semantics/selector.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '../../src/slots/network-policy-schema.ts';
import { exceedingNetworkPolicy } from '../../src/widening/exceeding-network-policy.ts';

const OWN = { name: 'own', labels: { 'kubernetes.io/metadata.name': 'own', team: 'red' } };
const NAMESPACES = [
  OWN,
  { name: 'blue', labels: { 'kubernetes.io/metadata.name': 'blue', team: 'blue' } },
  { name: 'bare', labels: { 'kubernetes.io/metadata.name': 'bare' } },
  // Nobody has created it yet, and nobody could name it.
  { name: 'new', labels: { 'kubernetes.io/metadata.name': 'new', team: 'new' } },
  { name: 'impostor', labels: { 'kubernetes.io/metadata.name': 'impostor', team: 'red' } },
];
const POD_LABELS: readonly Readonly<Record<string, string>>[] = [{}, { app: 'a' }, { app: 'b' }, { app: 'other' }];

/** One packet: from a pod of ours to a pod or an address, on a port. */
interface Packet {
  readonly pod: Readonly<Record<string, string>>;
  readonly peer:
    | { readonly namespace: (typeof NAMESPACES)[number]; readonly pod: Readonly<Record<string, string>> }
    | { readonly host: number };
  readonly protocol: string;
  /** The name a pod gives the port, of which a rule for that name speaks. */
  readonly port: { readonly number: number; readonly name?: string } | undefined;
}

const PEERS: readonly Packet['peer'][] = [
  ...NAMESPACES.flatMap((namespace) => POD_LABELS.map((pod) => ({ namespace, pod }))),
  ...Array.from({ length: 16 }, (_, host) => ({ host })),
];
const PORTS: readonly Pick<Packet, 'protocol' | 'port'>[] = [
  ...['TCP', 'UDP'].flatMap((protocol) =>
    [1, 2, 3, 4, 5, 6, 65_535].flatMap((number) => [
      { protocol, port: { number } },
      { protocol, port: { number, name: 'web' } },
    ]),
  ),
  { protocol: 'ICMP', port: undefined },
];
const universe: readonly Packet[] = POD_LABELS.flatMap((pod) =>
  PEERS.flatMap((peer) => PORTS.map((port) => ({ pod, peer, ...port }))),
);

/** What the documentation of NetworkPolicy says, packet by packet. */
function lets(spec: NetworkPolicySpec, packet: Packet): boolean {
  if (!matchesSelector(spec.podSelector ?? {}, packet.pod)) return false;
  return (spec.egress ?? []).some(
    ({ to = [], ports = [] }) =>
      (to.length === 0 || to.some((peer) => isPeer(peer, packet.peer))) &&
      (ports.length === 0 || ports.some((port) => isPort(port, packet))),
  );
}

function isPeer({ ipBlock, namespaceSelector, podSelector = {} }: NetworkPolicyPeer, peer: Packet['peer']): boolean {
  if ('host' in peer) {
    const within = (cidr: string): boolean => {
      const [, host = '', prefix = ''] = /\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
      return (
        Math.floor(peer.host / 2 ** (32 - Number(prefix))) === Math.floor(Number(host) / 2 ** (32 - Number(prefix)))
      );
    };
    return ipBlock !== undefined && within(ipBlock.cidr) && !(ipBlock.except ?? []).some(within);
  }
  if (ipBlock !== undefined || !matchesSelector(podSelector, peer.pod)) return false;
  return namespaceSelector === undefined
    ? peer.namespace === OWN
    : matchesSelector(namespaceSelector, peer.namespace.labels);
}

function isPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, packet: Packet): boolean {
  if (protocol !== packet.protocol || packet.port === undefined) return false;
  if (port === undefined) return true;
  if (typeof port === 'string') return packet.port.name === port;
  return packet.port.number >= port && packet.port.number <= (endPort ?? port);
}

const app: fc.Arbitrary<LabelSelector> = fc.constantFrom(
  {},
  { matchLabels: { app: 'a' } },
  { matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['a', 'b'] }] },
  { matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: ['a'] }] },
);
const namespaceSelector: fc.Arbitrary<LabelSelector> = fc.constantFrom(
  {},
  { matchLabels: { team: 'red' } },
  { matchLabels: { 'kubernetes.io/metadata.name': 'own' } },
  { matchExpressions: [{ key: 'team', operator: 'Exists' as const }] },
  { matchExpressions: [{ key: 'team', operator: 'NotIn' as const, values: ['red'] }] },
);
const cidr = fc
  .record({ host: fc.nat(15), prefix: fc.integer({ min: 28, max: 32 }) })
  .map(({ host, prefix }) => `10.0.0.${host - (host % 2 ** (32 - prefix))}/${prefix}`);
const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  fc.record({ ipBlock: fc.record({ cidr, except: fc.array(cidr, { maxLength: 2 }) }, { requiredKeys: ['cidr'] }) }),
  fc.record({ podSelector: app }),
  fc.record({ namespaceSelector, podSelector: app }, { requiredKeys: ['namespaceSelector'] }),
);
const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  fc
    .record({
      protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
      port: fc.integer({ min: 1, max: 6 }),
      more: fc.nat(3),
    })
    .map(({ protocol, port: first, more }) => ({ protocol, port: first, endPort: first + more })),
  fc.record(
    { protocol: fc.constantFrom('TCP' as const, 'UDP' as const), port: fc.constantFrom(1, 6, 'web') },
    { requiredKeys: [] },
  ),
);
const specs: fc.Arbitrary<NetworkPolicySpec> = fc.record({
  podSelector: app,
  policyTypes: fc.constant(['Egress' as const]),
  egress: fc.array(
    fc.record({ to: fc.array(peer, { maxLength: 3 }), ports: fc.array(port, { maxLength: 3 }) }, { requiredKeys: [] }),
    { maxLength: 3 },
  ),
});

function exceeds(spec: NetworkPolicySpec, ...allowed: readonly NetworkPolicySpec[]): string | undefined {
  return exceedingNetworkPolicy({ spec, allowed, closed: ['Egress'], namespace: OWN });
}

function brokenThrough(spec: NetworkPolicySpec, allowed: readonly NetworkPolicySpec[]): Packet | undefined {
  return universe.find((packet) => lets(spec, packet) && !allowed.some((each) => lets(each, packet)));
}

describe('exceedingNetworkPolicy', () => {
  it('lets nothing pass that would let a packet through which nobody allows', () => {
    fc.assert(
      fc.property(specs, fc.array(specs, { maxLength: 3 }), (spec, allowed) => {
        if (exceeds(spec, ...allowed) === undefined) expect(brokenThrough(spec, allowed)).to.equal(undefined);
      }),
      { numRuns: 1500 },
    );
  });

  const addressesOnly: fc.Arbitrary<NetworkPolicySpec> = fc.record({
    policyTypes: fc.constant(['Egress' as const]),
    egress: fc.array(
      fc.record({
        to: fc.array(fc.record({ ipBlock: fc.record({ cidr, except: fc.array(cidr, { maxLength: 2 }) }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        ports: fc.array(
          fc
            .record({
              protocol: fc.constantFrom('TCP' as const, 'UDP' as const),
              port: fc.integer({ min: 1, max: 6 }),
              more: fc.nat(3),
            })
            .map(({ protocol, port: first, more }) => ({ protocol, port: first, endPort: Math.min(6, first + more) })),
          { minLength: 1, maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  });
  it('accuses no policy of addresses and ports whose every packet some rule allows', () => {
    fc.assert(
      fc.property(addressesOnly, fc.array(addressesOnly, { maxLength: 3 }), (spec, allowed) => {
        expect(exceeds(spec, ...allowed) === undefined).to.equal(brokenThrough(spec, allowed) === undefined);
      }),
      { numRuns: 1500 },
    );
  });

  it('lets every policy open what it opens itself', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        expect(exceeds(spec, spec)).to.equal(undefined);
      }),
    );
  });

  const block = (text: string): NetworkPolicyPeer => ({ ipBlock: { cidr: text } });
  const cases: readonly {
    readonly title: string;
    readonly wanted: NonNullable<NetworkPolicySpec['egress']>[number];
    readonly allowed: NonNullable<NetworkPolicySpec['egress']>;
    readonly told?: string;
  }[] = [
    {
      title: 'two networks of two rules cover one that spans both',
      wanted: { to: [block('10.0.0.0/23')], ports: [{ port: 443 }] },
      allowed: [
        { to: [block('10.0.0.0/24')], ports: [{ port: 443 }] },
        { to: [block('10.0.1.0/24')], ports: [{ port: 400, endPort: 500 }] },
      ],
    },
    {
      title: 'a port only one of them allows is told',
      wanted: { to: [block('10.0.0.0/23')], ports: [{ port: 443, endPort: 444 }] },
      allowed: [{ to: [block('10.0.0.0/24')] }, { to: [block('10.0.1.0/24')], ports: [{ port: 443 }] }],
      told: 'egress rule 1 opens TCP 444 to 10.0.0.0/23',
    },
    {
      title: 'a named port is no number',
      wanted: { to: [block('10.0.0.0/24')], ports: [{ port: 'https' }] },
      allowed: [{ to: [block('10.0.0.0/24')], ports: [{ port: 443 }, { protocol: 'UDP' }] }],
      told: 'egress rule 1 opens TCP "https" to 10.0.0.0/24',
    },
    {
      title: 'a named port is no other name, and no range of numbers but all of them',
      wanted: { to: [block('10.0.0.0/24')], ports: [{ port: 'https' }] },
      allowed: [{ to: [block('10.0.0.0/24')], ports: [{ port: 'http' }, { port: 1, endPort: 65_534 }] }],
      told: 'egress rule 1 opens TCP "https" to 10.0.0.0/24',
    },
    {
      title: 'a named port is among all ports',
      wanted: { to: [block('10.0.0.0/24')], ports: [{ port: 'https' }] },
      allowed: [{ to: [block('10.0.0.0/24')], ports: [{ port: 1, endPort: 65_535 }] }],
    },
    {
      title: 'every port of a protocol is not every protocol',
      wanted: { to: [block('10.0.0.0/24')] },
      allowed: [{ to: [block('10.0.0.0/24')], ports: [{}, { protocol: 'UDP' }, { protocol: 'SCTP' }] }],
      told: 'egress rule 1 opens protocols without ports to 10.0.0.0/24',
    },
    {
      title: 'pods of every namespace exceed those of the own one',
      wanted: { to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'a' } } }] },
      allowed: [{ to: [{ podSelector: {} }] }],
      told: 'egress rule 1 opens every TCP port to pods (app=a) of namespaces {}',
    },
    {
      title: 'the own namespace by its name is the own namespace',
      wanted: { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'own' } } }] },
      allowed: [{ to: [{ podSelector: {} }] }],
    },
    {
      title: 'the own namespace is among those that its labels are selected by',
      wanted: { to: [{ podSelector: { matchLabels: { app: 'a' } } }] },
      allowed: [{ to: [{ namespaceSelector: { matchLabels: { team: 'red' } } }] }],
    },
    {
      title: 'the own namespace is not among those that other labels select',
      wanted: { to: [{ podSelector: {} }] },
      allowed: [{ to: [{ namespaceSelector: { matchLabels: { team: 'blue' } } }] }],
      told: 'egress rule 1 opens every TCP port to pods {}',
    },
    {
      title: 'no network is within what is allowed if it cannot be read',
      wanted: { to: [block('somewhere')] },
      allowed: [{ to: [block('0.0.0.0/0'), block('::/0')] }],
      told: 'egress rule 1 opens every TCP port to somewhere',
    },
    {
      title: 'everyone',
      wanted: {},
      allowed: [{ to: [block('0.0.0.0/0')] }],
      told: 'egress rule 1 opens every TCP port to every peer',
    },
  ];
  for (const { title, wanted, allowed, told } of cases) {
    it(title, () => {
      const spec = (egress: NetworkPolicySpec['egress']): NetworkPolicySpec => ({
        policyTypes: ['Egress'],
        egress: egress ?? [],
      });
      expect(exceeds(spec([wanted]), spec(allowed))).to.equal(told);
    });
  }

  it('counts what is allowed for pods that are not selected as not allowed', () => {
    const spec = { policyTypes: ['Egress' as const], egress: [{ to: [block('10.0.0.0/24')] }] };
    const forOne = { ...spec, podSelector: { matchLabels: { app: 'a' } } };
    expect(exceeds(forOne, spec)).to.equal(undefined);
    expect(exceeds(spec, forOne)).to.equal('egress rule 1 opens every TCP port to 10.0.0.0/24');
  });

  it('has nothing to say of a direction that is not closed', () => {
    const input = { spec: { ingress: [{}] }, allowed: [], namespace: OWN };
    expect(exceedingNetworkPolicy({ ...input, closed: ['Egress'] })).to.equal(undefined);
    expect(exceedingNetworkPolicy({ ...input, closed: ['Ingress'] })).to.equal(
      'ingress rule 1 opens every TCP port to every peer',
    );
  });

  it('does not multiply out the long lists of a hostile policy', () => {
    const to = Array.from({ length: 8000 }, (_, index) => block(`10.${index % 256}.${index >> 8}.0/24`));
    const ports = Array.from({ length: 8000 }, (_, index) => ({ port: index + 1 }));
    const spec = { policyTypes: ['Egress' as const], egress: [{ to, ports }] };
    expect(exceeds(spec, { policyTypes: ['Egress'], egress: [{ to: [block('10.0.0.0/8')] }] })).to.equal(undefined);
  });
});
