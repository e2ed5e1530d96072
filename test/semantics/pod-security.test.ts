import { expect } from 'chai';
import { comparePodSecurity } from '../../src/semantics/pod-security.ts';

const ascending: readonly (readonly [level: string, version?: string])[] = [
  ['none'],
  ['privileged', 'v1.31'],
  ['baseline', 'nonsense'],
  ['baseline', 'v1.9'],
  ['baseline', 'v1.10'],
  ['baseline', 'v1.31'],
  ['baseline'],
  ['restricted', 'v1.9'],
  ['restricted', 'latest'],
];

describe('comparePodSecurity', () => {
  it('orders levels, and the versions of one level', () => {
    const pairs = ascending.map(([level, version]) => ({ level, version }));
    for (const [index, a] of pairs.entries()) {
      for (const [other, b] of pairs.entries()) {
        expect(Math.sign(comparePodSecurity(a, b)), JSON.stringify([a, b])).to.equal(Math.sign(index - other));
      }
    }
  });

  it('takes no version for the latest', () => {
    expect(comparePodSecurity({ level: 'baseline' }, { level: 'baseline', version: 'latest' })).to.equal(0);
  });

  it('knows no versions of privileged', () => {
    expect(comparePodSecurity({ level: 'privileged' }, { level: 'privileged', version: 'v1.9' })).to.equal(0);
  });
});
