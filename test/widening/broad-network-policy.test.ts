import { expect } from 'chai';
import type { Direction, NetworkPolicySpec } from '../../src/slots/network-policy-schema.ts';
import { broadNetworkPolicy } from '../../src/widening/broad-network-policy.ts';

const BOTH: readonly Direction[] = ['Egress', 'Ingress'];
const NAME = 'kubernetes.io/metadata.name';

function egressTo(...cidrs: readonly string[]): NetworkPolicySpec {
  return { policyTypes: ['Egress'], egress: [{ to: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }] };
}

/** The IPv4 space in 2^bits equal networks. */
function slices(bits: number): readonly string[] {
  return Array.from({ length: 2 ** bits }, (_, index) => {
    const address = index * 2 ** (32 - bits);
    return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${bits}`;
  });
}

describe('broadNetworkPolicy', () => {
  const broad: readonly [title: string, spec: NetworkPolicySpec, reason: string, opens: string | RegExp][] = [
    ['an ingress rule without peers', { ingress: [{}] }, 'OpensToEveryone', 'ingress rule 1 is open to every peer'],
    [
      'an empty list of peers',
      { policyTypes: ['Egress'], egress: [{ to: [] }] },
      'OpensToEveryone',
      'egress rule 1 is open to every peer',
    ],
    [
      'every peer, though on one port',
      { ingress: [{ from: [{ podSelector: {} }] }, { ports: [{ port: 443 }] }] },
      'OpensToEveryone',
      'ingress rule 2 is open to every peer',
    ],
    ['egress rules without policyTypes', { egress: [{}] }, 'OpensToEveryone', /^egress rule 1/],
    ['0.0.0.0/0', egressTo('0.0.0.0/0'), 'OpensToEveryone', 'egress is open to 0.0.0.0/0, as good as every address'],
    ['::/0', egressTo('::/0'), 'OpensToEveryone', /::\/0/],
    ['the two halves of IPv4', egressTo('0.0.0.0/1', '128.0.0.0/1'), 'OpensToEveryone', /and 1 more/],
    [
      'the two halves in two rules',
      { egress: ['0.0.0.0/1', '128.0.0.0/1'].map((cidr) => ({ to: [{ ipBlock: { cidr } }] })) },
      'OpensToEveryone',
      /as good as/,
    ],
    ['one half alone', egressTo('128.0.0.0/1'), 'OpensToEveryone', /128\.0\.0\.0\/1/],
    ['IPv4 in 4096 slices', egressTo(...slices(12)), 'OpensToEveryone', /and 4095 more/],
    [
      'everything but the private networks',
      {
        egress: [
          {
            to: [
              {
                ipBlock: {
                  cidr: '0.0.0.0/0',
                  except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'],
                },
              },
            ],
          },
        ],
      },
      'OpensToEveryone',
      /0\.0\.0\.0\/0/,
    ],
    ['a sixteenth of IPv4', egressTo('16.0.0.0/4'), 'OpensToEveryone', /16\.0\.0\.0\/4/],
    ['all of IPv4 behind NAT64', egressTo('64:ff9b::/96'), 'OpensToEveryone', /64:ff9b::\/96/],
    ['the IPv6 of one regional registry', egressTo('2a00::/12'), 'OpensToEveryone', /2a00::\/12/],
    [
      'ingress from all addresses',
      { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] },
      'OpensToEveryone',
      /^ingress is open/,
    ],
    [
      'all namespaces',
      { ingress: [{ from: [{ namespaceSelector: {} }] }] },
      'OpensToAllNamespaces',
      'ingress rule 1 is open to all namespaces',
    ],
    [
      'all namespaces, every pod',
      { ingress: [{ from: [{ namespaceSelector: {}, podSelector: {} }] }] },
      'OpensToAllNamespaces',
      /rule 1/,
    ],
    [
      'all namespaces but one',
      {
        ingress: [
          { from: [{ namespaceSelector: { matchExpressions: [{ key: NAME, operator: 'NotIn', values: ['x'] }] } }] },
        ],
      },
      'OpensToAllNamespaces',
      /rule 1/,
    ],
    [
      'the metadata address',
      egressTo('169.254.169.254/32'),
      'OpensMetadata',
      /^egress rule 1 opens 169\.254\.169\.254, where AWS/,
    ],
    ['a network around it', egressTo('10.0.0.0/8', '169.254.0.0/16'), 'OpensMetadata', /169\.254\.169\.254/],
    ['the metadata address of IPv6', egressTo('fd00:ec2::/32'), 'OpensMetadata', /fd00:ec2::254/],
    ['credentials of Azure', egressTo('168.63.129.16/32'), 'OpensMetadata', /WireServer/],
    [
      'metadata beside DNS',
      { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ port: 53 }, { port: 80 }] }] },
      'OpensMetadata',
      /169/,
    ],
    [
      'metadata by a range that begins with DNS',
      { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ port: 53, endPort: 80 }] }] },
      'OpensMetadata',
      /169/,
    ],
  ];
  for (const [title, spec, reason, opens] of broad) {
    it(`finds ${title}`, () => {
      const found = broadNetworkPolicy(spec, BOTH);
      expect(found?.reason).to.equal(reason);
      if (typeof opens === 'string') expect(found?.opens).to.equal(opens);
      else expect(found?.opens).to.match(opens);
    });
  }

  const narrow: readonly [title: string, spec: NetworkPolicySpec][] = [
    ['a policy without rules', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }],
    ['its own namespace', { ingress: [{ from: [{ podSelector: {} }] }] }],
    ['one namespace', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { [NAME]: 'monitoring' } } }] }] }],
    [
      'the pods of one app, wherever they are',
      { egress: [{ to: [{ namespaceSelector: {}, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }] }] },
    ],
    ['private networks', egressTo('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/11')],
    ['a large provider', egressTo('20.0.0.0/8', '52.0.0.0/8', '2600:1f00::/24')],
    ['all of IPv6 that is private', egressTo('fe80::/10')],
    [
      'link-local without the metadata addresses',
      {
        egress: [
          { to: [{ ipBlock: { cidr: '169.254.160.0/19', except: ['169.254.169.252/30', '169.254.170.0/24'] } }] },
        ],
      },
    ],
    ['ingress from the metadata address', { ingress: [{ from: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }] }],
    [
      'DNS at the metadata address',
      { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }], ports: [{ protocol: 'UDP', port: 53 }] }] },
    ],
    ['rules of a direction that policyTypes leaves out', { policyTypes: ['Ingress'], egress: [{}] }],
    [
      'a policy that can select no pod',
      {
        podSelector: {
          matchExpressions: [
            { key: 'a', operator: 'Exists' },
            { key: 'a', operator: 'DoesNotExist' },
          ],
        },
        ingress: [{}],
      },
    ],
  ];
  for (const [title, spec] of narrow) {
    it(`finds nothing in ${title}`, () => {
      expect(broadNetworkPolicy(spec, BOTH)).to.equal(undefined);
    });
  }

  it('looks only at directions that are closed', () => {
    expect(broadNetworkPolicy({ egress: [{}] }, ['Ingress'])).to.equal(undefined);
    expect(broadNetworkPolicy({ egress: [{}] }, ['Egress'])).not.to.equal(undefined);
  });
});
