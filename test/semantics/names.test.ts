import { expect } from 'chai';
import fc from 'fast-check';
import {
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isPortName,
  isQualifiedName,
  matchesGlob,
} from '../../src/semantics/names.ts';

function verdicts(check: (name: string) => boolean, names: readonly string[]): readonly string[] {
  return names.filter(check);
}

describe('isDnsLabel', () => {
  it('takes lower-case letters, digits and inner dashes, up to 63 characters', () => {
    const valid = ['a', 'team-a', '0', 'a'.repeat(63)];
    expect(verdicts(isDnsLabel, [...valid, '', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(64), 'a\n'])).to.deep.equal(
      valid,
    );
  });
});

describe('isDnsSubdomain', () => {
  it('takes labels between dots, up to 253 characters', () => {
    const valid = ['a', 'a.b', 'a-b.c'];
    expect(verdicts(isDnsSubdomain, [...valid, '', '.', 'a..b', 'a.', 'a.-b', 'a.'.repeat(127)])).to.deep.equal(valid);
  });
});

describe('isLabelValue', () => {
  it('takes the empty value and what begins and ends alphanumerically', () => {
    const valid = ['', 'a', 'A.b_c-d', '1'];
    expect(verdicts(isLabelValue, [...valid, '-a', 'a.', 'a/b', 'a b', 'a'.repeat(64)])).to.deep.equal(valid);
  });
});

describe('isQualifiedName', () => {
  it('takes a name, with a DNS prefix or without', () => {
    const valid = ['a', 'Team', 'example.com/team', 'requests.cpu'];
    expect(
      verdicts(isQualifiedName, [...valid, '', '/a', 'a/', 'Example.com/a', 'a/b/c', `a/${'b'.repeat(64)}`]),
    ).to.deep.equal(valid);
  });
});

describe('isPortName', () => {
  it('takes up to 15 characters with a letter and no two dashes in a row', () => {
    const valid = ['http', 'web-1', '8a'];
    expect(verdicts(isPortName, [...valid, '', '80', 'a--b', '-a', 'HTTP', 'a'.repeat(16)])).to.deep.equal(valid);
  });
});

describe('matchesGlob', () => {
  it('agrees with the regular expression of the same meaning', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '?'), maxLength: 6 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
        expect(matchesGlob(pattern, text)).to.equal(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('knows no other special characters', () => {
    expect([matchesGlob('a.c', 'abc'), matchesGlob('[ab]', 'a'), matchesGlob('a|b', 'a')]).to.deep.equal([
      false,
      false,
      false,
    ]);
  });

  it('answers at once where backtracking would not', () => {
    const started = performance.now();
    expect(matchesGlob('*a'.repeat(30) + 'b', 'a'.repeat(5000))).to.equal(false);
    expect(performance.now() - started).to.be.lessThan(500);
  });
});
