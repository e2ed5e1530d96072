import { isIPv4, isIPv6 } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { containsCidr, formatCidr, hasHostBits, hostCidr, parseAddress, parseCidr } from '../../src/semantics/cidr.ts';
import type { Cidr } from '../../src/semantics/cidr.ts';

function must(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is no CIDR`);
  return cidr;
}

const networks: fc.Arbitrary<Cidr> = fc.oneof(
  fc.record({
    family: fc.constant(4 as const),
    address: fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }),
    prefix: fc.integer({ min: 0, max: 32 }),
  }),
  fc.record({
    family: fc.constant(6 as const),
    address: fc.bigInt({ min: 2n ** 96n, max: 2n ** 128n - 1n }),
    prefix: fc.integer({ min: 17, max: 128 }),
  }),
);

describe('parseCidr', () => {
  for (const text of [
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::/0',
    '2001:db8::/32',
    '::1/128',
    '64:ff9b::1.2.3.4/128',
    'fe80::1:2/64',
  ]) {
    it(`reads ${text}`, () => {
      expect(parseCidr(text)).to.be.an('object');
    });
  }

  for (const text of [
    '',
    '/',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0/8',
    '010.0.0.0/8',
    '256.0.0.0/8',
    '10.0.0.0/8/8',
    '::/129',
    ':::/0',
    '1::2::3/64',
    '1:2:3:4:5:6:7:8:9/64',
    '1:2:3:4:5:6:7/64',
    'fe80::1%eth0/64',
    '::ffff:10.0.0.0/104',
    'g::/16',
    '12345::/16',
    ' 10.0.0.0/8',
    '1.2.3.4::/16',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseCidr(text)).to.equal(undefined);
    });
  }
});

describe('parseAddress', () => {
  it('accepts no more than the platform does', () => {
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.string({ unit: fc.constantFrom('0', '1', 'f', ':', '.'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(text, (address) => {
        if (parseAddress(address) !== undefined) expect(isIPv4(address) || isIPv6(address)).to.equal(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('accepts whatever the platform does, but IPv4 in IPv6 clothes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        fc.pre(!/^(0{0,4}:)*:?(0{0,4}:)*ffff:/i.test(address));
        expect(parseAddress(address), address).to.be.an('object');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('formatCidr', () => {
  it('is read back as the same network, and printed the same again', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const text = formatCidr(network);
        const again = must(text);
        expect(formatCidr(again)).to.equal(text);
        expect(hasHostBits(again)).to.equal(false);
        expect(containsCidr(network, again) && containsCidr(again, network)).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });

  for (const [text, printed] of [
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['2001:DB8:0:0::1/128', '2001:db8::1/128'],
    ['2001:db8:0:1:0:0:0:1/128', '2001:db8:0:1::1/128'],
    ['1:0:0:2:0:0:3:4/128', '1::2:0:0:3:4/128'],
    ['10:0:0:0:1:1:1:10/128', '10::1:1:1:10/128'],
    ['::/0', '::/0'],
    ['1:0:2:3:4:5:6:7/128', '1:0:2:3:4:5:6:7/128'],
  ] as const) {
    it(`prints ${text} as ${printed}`, () => {
      expect(formatCidr(must(text))).to.equal(printed);
    });
  }
});

describe('containsCidr', () => {
  it('agrees with comparing first and last addresses', () => {
    fc.assert(
      fc.property(networks, networks, (outer, inner) => {
        const [a, b] = [range(outer), range(inner)];
        const expected = outer.family === inner.family && a.first <= b.first && b.last <= a.last;
        expect(containsCidr(outer, inner)).to.equal(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('never mixes families', () => {
    expect(containsCidr(must('0.0.0.0/0'), must('::/0'))).to.equal(false);
  });
});

function range({ family, address, prefix }: Cidr): { readonly first: bigint; readonly last: bigint } {
  const size = 2n ** BigInt((family === 4 ? 32 : 128) - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1n };
}

describe('hasHostBits', () => {
  it('tells a network from an address within it', () => {
    expect(
      ['10.0.0.1/8', '2001:db8::1/32', '10.0.0.0/8', '0.0.0.0/0', '10.0.0.1/32'].map((text) => hasHostBits(must(text))),
    ).to.deep.equal([true, true, false, false, false]);
  });
});

describe('hostCidr', () => {
  it('makes the network of one address', () => {
    expect([hostCidr('10.0.0.1'), hostCidr('FD00::1'), hostCidr('nowhere')]).to.deep.equal([
      '10.0.0.1/32',
      'fd00::1/128',
      undefined,
    ]);
  });
});
