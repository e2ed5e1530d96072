import { expect } from 'chai';
import fc from 'fast-check';
import { containsCidr, formatCidr, parseAddress, parseCidr } from '../../src/semantics/cidr.ts';
import type { Cidr } from '../../src/semantics/cidr.ts';
import { metadataAddresses } from '../../src/semantics/metadata-addresses.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import { blocks as blocksOf, claimsOf, contexts } from './samples.ts';
import { closedToMetadata, withoutMetadata } from '../../src/slots/metadata-cutouts.ts';
import type { IpBlock, NetworkPolicySpec } from '../../src/slots/network-policy-schema.ts';

const V4 = metadataAddresses.map(({ address }) => address).filter((address) => !address.includes(':'));
const V6 = metadataAddresses.map(({ address }) => address).filter((address) => address.includes(':'));
const v4Cut = { ipBlock: { cidr: '0.0.0.0/0', except: V4.map((address) => `${address}/32`) } };
const v6Cut = { ipBlock: { cidr: '::/0', except: V6.map((address) => `${address}/128`) } };

function parsed(text: string): Cidr {
  const cidr = parseCidr(text) ?? parseAddress(text);
  if (cidr === undefined) throw new Error(`${text} is no network`);
  return cidr;
}

function opens(block: IpBlock | undefined, address: string): boolean {
  if (block === undefined || !containsCidr(parsed(block.cidr), parsed(address))) return false;
  return !(block.except ?? []).some((except) => containsCidr(parsed(except), parsed(address)));
}

/** Networks around a metadata address, and networks anywhere. */
const networks = fc
  .oneof(
    fc.tuple(fc.constantFrom(...V4), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.constantFrom(...V6), fc.integer({ min: 0, max: 128 })),
  )
  .map(([address, prefix]) => formatCidr(parsed(`${address}/${prefix}`)));
const blocks = fc.tuple(networks, fc.array(networks, { maxLength: 3 })).map(([cidr, excepts]): IpBlock => {
  const outer = parsed(cidr);
  const except = excepts.filter((inner) => inner !== cidr && containsCidr(outer, parsed(inner)));
  return except.length === 0 ? { cidr } : { cidr, except };
});

describe('withoutMetadata', () => {
  for (const [title, block, expected] of [
    ['leaves a network without any alone', { cidr: '10.0.0.0/8' }, { cidr: '10.0.0.0/8' }],
    [
      'cuts out what the network holds',
      { cidr: '169.254.168.0/22' },
      {
        cidr: '169.254.168.0/22',
        except: ['169.254.169.254/32', '169.254.169.252/32', '169.254.170.2/32', '169.254.170.23/32'],
      },
    ],
    [
      'keeps exceptions, and adds none for what they hold already',
      { cidr: '169.254.168.0/22', except: ['169.254.169.0/24'] },
      { cidr: '169.254.168.0/22', except: ['169.254.169.0/24', '169.254.170.2/32', '169.254.170.23/32'] },
    ],
    ['cuts out of IPv6 networks', { cidr: 'fd20::/16' }, { cidr: 'fd20::/16', except: ['fd20:ce::254/128'] }],
    ['leaves nothing of a metadata address', { cidr: '169.254.169.254/32' }, undefined],
    ['leaves nothing of one in another spelling', { cidr: 'FD00:0EC2::0254/128' }, undefined],
    ['leaves alone what it can’t read: that is refused elsewhere', { cidr: 'nowhere' }, { cidr: 'nowhere' }],
  ] as const) {
    it(title, () => {
      expect(withoutMetadata(block as IpBlock)).to.deep.equal(expected);
    });
  }

  it('opens no metadata address, whatever the block', () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const cut = withoutMetadata(block);
        expect(metadataAddresses.filter(({ address }) => opens(cut, address))).to.deep.equal([]);
      }),
    );
  });

  it('opens every other address that the block opens', () => {
    fc.assert(
      fc.property(
        blocks,
        fc.oneof(fc.ipV4(), fc.constantFrom('169.254.169.253', '169.254.169.255', 'fd00:ec2::253')),
        (block, address) => {
          fc.pre(!metadataAddresses.some((metadata) => metadata.address === address));
          expect(opens(withoutMetadata(block), address)).to.equal(opens(block, address));
        },
      ),
    );
  });

  it('makes exceptions that the API server takes: strictly inside, of the same family', () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const { cidr = '0.0.0.0/0', except = [] } = withoutMetadata(block) ?? {};
        for (const inner of except) {
          expect(containsCidr(parsed(cidr), parsed(inner)), `${inner} in ${cidr}`).to.equal(true);
          expect(parsed(inner).prefix).to.be.greaterThan(parsed(cidr).prefix);
        }
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const once = withoutMetadata(block);
        expect(once && withoutMetadata(once)).to.deep.equal(once);
      }),
    );
  });
});

describe('closedToMetadata', () => {
  const ports = [{ port: 443 }];
  for (const [title, spec, expected] of [
    [
      'turns an egress rule for everywhere into one for all addresses but them',
      { egress: [{ ports }] },
      { egress: [{ ports, to: [v4Cut, v6Cut] }] },
    ],
    [
      'takes an empty list of peers for everywhere, as Kubernetes does',
      { egress: [{ to: [] }] },
      { egress: [{ to: [v4Cut, v6Cut] }] },
    ],
    ['leaves an ingress rule for everyone as written', { ingress: [{ ports }, {}] }, { ingress: [{ ports }, {}] }],
    [
      'cuts in ingress networks as well',
      { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] },
      { ingress: [{ from: [v4Cut] }] },
    ],
    [
      'leaves pods and namespaces alone',
      { egress: [{ to: [{ podSelector: {} }, { namespaceSelector: {} }] }] },
      { egress: [{ to: [{ podSelector: {} }, { namespaceSelector: {} }] }] },
    ],
    [
      'leaves out a rule that would have no peer left',
      { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }] },
      {},
    ],
    ['and so for ingress', { ingress: [{ from: [{ ipBlock: { cidr: 'fd00:ec2::254/128' } }] }] }, {}],
  ] as const) {
    it(title, () => {
      expect(closedToMetadata(spec as never)).to.deep.equal({ ingress: [], egress: [], ...expected });
    });
  }
});

describe('what several policies make of any platform', () => {
  it('opens no metadata address but for DNS and cloud identity, and has no rule for everywhere to connect to', () => {
    const exempt = ['parapet-allow-dns', 'parapet-allow-cloud-identity'];
    fc.assert(
      fc.property(claimsOf(blocksOf['networkPolicy'] ?? fc.constant({})), contexts, (claims, given) => {
        for (const { name, content } of networkPolicy.fold(claims as never, given)) {
          const { ingress = [], egress = [] } = content['spec'] as NetworkPolicySpec;
          expect(
            egress.filter(({ to = [] }) => to.length === 0),
            name,
          ).to.deep.equal([]);
          const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
          const opened = metadataAddresses.filter(({ address }) =>
            peers.some(({ ipBlock }) => opens(ipBlock, address)),
          );
          if (!exempt.includes(name)) expect(opened, name).to.deep.equal([]);
        }
      }),
    );
  });
});
