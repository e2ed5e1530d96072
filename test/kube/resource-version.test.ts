import { expect } from 'chai';
import fc from 'fast-check';
import { compareVersions, isNewer, newerOf } from '../../src/kube/resource-version.ts';

const version = fc.bigInt({ min: 1n, max: 2n ** 80n });

describe('compareVersions', () => {
  it('orders versions as the integers they are, of any length', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(String(a), String(b)) ?? Number.NaN;
        expect(Math.sign(order)).to.equal(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  for (const odd of ['', '0', '-1', '1a', 'v1', ' 1', '01']) {
    it(`does not compare ${JSON.stringify(odd)}`, () => {
      expect(compareVersions(odd, '5')).to.equal(undefined);
      expect(compareVersions('5', odd)).to.equal(undefined);
    });
  }
});

describe('isNewer', () => {
  it('takes what it cannot compare for news, unless it is the same', () => {
    expect(isNewer('x', '5')).to.equal(true);
    expect(isNewer('x', 'x')).to.equal(false);
  });
});

describe('newerOf', () => {
  it('never goes back', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(newerOf(String(a), String(b))).to.equal(String(a > b ? a : b));
      }),
    );
    expect(newerOf('', '7')).to.equal('7');
  });
});
