import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  canonicalQuantity,
  canonicalResourceAmount,
  compareQuantities,
  isWholeQuantity,
  parseQuantity,
} from '../../src/semantics/quantity.ts';

/** Input, what Go prints, and what Go prints after rounding up to thousandths; null where Go answers an error. */
type Row = readonly [string, string | null, string | null];

const golden = JSON.parse(readFileSync(new URL('quantity.golden.json', import.meta.url), 'utf8')) as readonly Row[];

const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

interface Sample {
  readonly text: string;
  /** The exact value times ten to the 24th. */
  readonly value: bigint;
}

const samples: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.bigInt({ min: 0n, max: 10n ** 9n }),
    fc.bigInt({ min: 0n, max: 999n }),
    fc.constantFrom(...DECIMAL, ...BINARY),
  )
  .map(([whole, thousandths, suffix]) => ({
    text: `${whole}.${thousandths.toString().padStart(3, '0')}${suffix}`,
    value: (whole * 1000n + thousandths) * scaleOf(suffix),
  }));

/** Of one thousandth with this suffix, times ten to the 24th. */
function scaleOf(suffix: string): bigint {
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return 1024n ** BigInt(binary + 1) * 10n ** 21n;
  return 10n ** BigInt(21 + (DECIMAL.indexOf(suffix) - 3) * 3);
}

/** The nano is the smallest step; anything finer is rounded up to it. Binary values are capped at int64. */
function representable({ text, value }: Sample): bigint {
  const nano = 10n ** 15n;
  const rounded = ((value + nano - 1n) / nano) * nano;
  const largest = (2n ** 63n - 1n) * 10n ** 24n;
  return text.endsWith('i') && rounded > largest ? largest : rounded;
}

describe('canonicalQuantity', () => {
  it('prints what Go prints, and refuses what Go refuses', () => {
    const wrong = golden.filter(([input, printed]) => (canonicalQuantity(input) ?? null) !== printed);
    expect(wrong).to.deep.equal([]);
    expect(golden.length).to.be.greaterThan(700);
  });

  it('takes numbers as they stand in JSON', () => {
    expect([canonicalQuantity(1), canonicalQuantity(0.5), canonicalQuantity(-2)]).to.deep.equal(['1', '500m', '-2']);
  });

  it('changes nothing that it has printed', () => {
    fc.assert(
      fc.property(samples, ({ text }) => {
        const once = canonicalQuantity(text);
        expect(once === undefined ? undefined : canonicalQuantity(once)).to.equal(once);
      }),
    );
  });

  it('refuses exponents that no quantity has, without computing them', () => {
    expect(canonicalQuantity('1e999999999')).to.equal(undefined);
  });

  it('keeps the value', () => {
    // Beyond 10^21 Go runs out of suffixes and prints none, so larger values are left out.
    fc.assert(
      fc.property(samples, (sample) => {
        fc.pre(sample.value < 10n ** 44n);
        expect(compareQuantities(sample.text, canonicalQuantity(sample.text) ?? '')).to.equal(0);
      }),
    );
  });
});

describe('canonicalResourceAmount', () => {
  it('rounds up to thousandths as the API server does for quotas and limit ranges', () => {
    const wrong = golden.filter(([input, , rounded]) => (canonicalResourceAmount(input) ?? null) !== rounded);
    expect(wrong).to.deep.equal([]);
  });
});

describe('compareQuantities', () => {
  it('orders as exact arithmetic does', () => {
    fc.assert(
      fc.property(samples, samples, (left, right) => {
        const [a, b] = [representable(left), representable(right)];
        expect(compareQuantities(left.text, right.text)).to.equal(a < b ? -1 : a > b ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds different spellings equal', () => {
    for (const [left, right] of [
      ['1Gi', '1024Mi'],
      ['0.5', '500m'],
      ['1e3', '1k'],
      ['-1', '-1000m'],
      [0, '0Ki'],
    ] as const) {
      expect(compareQuantities(left, right), `${left} ${right}`).to.equal(0);
    }
  });

  it('has no answer where one side is no quantity', () => {
    expect([compareQuantities('x', 1), compareQuantities(1, '')]).to.deep.equal([undefined, undefined]);
  });
});

describe('isWholeQuantity', () => {
  it('tells fractions from whole numbers in any spelling', () => {
    expect(['1', '1000m', '1Ki', '1e3', '0', '2.0'].map(isWholeQuantity)).to.not.include(false);
    expect(['0.5', '500m', '1n', 'x', '1.0001Ki'].map(isWholeQuantity)).to.not.include(true);
  });
});

describe('parseQuantity', () => {
  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[+-]?[0-9.]{0,6}[eEinumkKMGTP+-]{0,3}[0-9]{0,4}$/)),
        (text) => {
          parseQuantity(text);
        },
      ),
    );
  });
});
