import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressesOf,
  containsAddresses,
  intersect,
  sizeOf,
  spanOfAddress,
  subtract,
} from '../../src/widening/address-space.ts';
import type { IpBlock } from '../../src/widening/address-space.ts';

/** 256 addresses, in networks no smaller than four of them: few enough to try each. */
const universe = Array.from({ length: 256 }, (_, host) => host);
const at = (host: number): string => `10.0.0.${host}`;

const networks = fc
  .record({ host: fc.nat(255), prefix: fc.integer({ min: 24, max: 32 }) })
  .map(({ host, prefix }) => ({ first: host - (host % 2 ** (32 - prefix)), size: 2 ** (32 - prefix), prefix }));
type Network = { readonly first: number; readonly size: number; readonly prefix: number };
const cidrOf = ({ first, prefix }: Network): string => `${at(first)}/${prefix}`;

const blocks = fc.array(fc.record({ network: networks, except: fc.array(networks, { maxLength: 3 }) }), {
  maxLength: 4,
});
type Blocks = readonly { readonly network: Network; readonly except: readonly Network[] }[];

function setOf(drawn: Blocks): ReturnType<typeof addressesOf> {
  return addressesOf(
    drawn.map(({ network, except }): IpBlock => ({ cidr: cidrOf(network), except: except.map(cidrOf) })),
  );
}

function includes(drawn: Blocks, host: number): boolean {
  const within = ({ first, size }: Network): boolean => host >= first && host < first + size;
  return drawn.some(({ network, except }) => within(network) && !except.some(within));
}

function hostsOf(set: ReturnType<typeof addressesOf>): readonly number[] {
  return universe.filter((host) => {
    const span = spanOfAddress(at(host));
    return span !== undefined && containsAddresses(set, [span]);
  });
}

describe('addresses of ipBlocks', () => {
  it('are, taken together, those that trying each address finds', () => {
    fc.assert(
      fc.property(blocks, (drawn) => {
        const expected = universe.filter((host) => includes(drawn, host));
        expect(hostsOf(setOf(drawn))).to.deep.equal(expected);
        expect(sizeOf(setOf(drawn))).to.equal(BigInt(expected.length));
      }),
      { numRuns: 500 },
    );
  });

  it('subtract, intersect and contain as sets of addresses do', () => {
    fc.assert(
      fc.property(blocks, blocks, (a, b) => {
        const [inA, inB] = [new Set(hostsOf(setOf(a))), new Set(hostsOf(setOf(b)))];
        expect(hostsOf(subtract(setOf(a), setOf(b)))).to.deep.equal([...inA].filter((host) => !inB.has(host)));
        expect(hostsOf(intersect(setOf(a), setOf(b)))).to.deep.equal([...inA].filter((host) => inB.has(host)));
        expect(containsAddresses(setOf(a), setOf(b))).to.equal([...inB].every((host) => inA.has(host)));
      }),
      { numRuns: 500 },
    );
  });

  it('keep the families apart', () => {
    const [four, six] = [addressesOf([{ cidr: '0.0.0.0/0' }]), addressesOf([{ cidr: '::/0' }])];
    expect(containsAddresses(four, six)).to.equal(false);
    expect(containsAddresses(six, four)).to.equal(false);
    expect(subtract(addressesOf([{ cidr: '::/0' }, { cidr: '0.0.0.0/0' }]), four)).to.deep.equal(six);
  });

  it('ignore what is no network', () => {
    expect(addressesOf([{ cidr: 'everywhere', except: ['10.0.0.0/8'] }])).to.deep.equal([]);
  });
});
