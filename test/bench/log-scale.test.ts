import { expect } from 'chai';
import fc from 'fast-check';
import { logScale, ticks } from '../../hack/bench/report/log-scale.ts';

describe('logScale', () => {
  it('puts every value between the ends, and its own ends on them', () => {
    const values = fc.array(fc.double({ min: 1e-4, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, (some) => {
        const scale = logScale(some, 100, 500);
        for (const value of some) expect(scale.at(value)).to.be.within(99.99, 500.01);
        if (scale.from < scale.to) expect([scale.at(scale.from), scale.at(scale.to)]).to.deep.equal([100, 500]);
      }),
    );
  });

  it('gives every decade the same length', () => {
    const { at } = logScale([1, 1000], 0, 300);
    expect([at(1), at(10), at(100), at(1000)].map(Math.round)).to.deep.equal([0, 100, 200, 300]);
  });
});

describe('ticks', () => {
  const cases: readonly (readonly [number, number, readonly number[]])[] = [
    [1, 10, [1, 2, 5, 10]],
    [0.02, 0.5, [0.02, 0.05, 0.1, 0.2, 0.5]],
    [200, 10_000, [200, 500, 1000, 2000, 5000, 10_000]],
    [0.01, 10_000, [0.01, 0.1, 1, 10, 100, 1000, 10_000]],
  ];
  for (const [from, to, expected] of cases) {
    it(`are ${expected.join(', ')} from ${from} to ${to}`, () => {
      expect(ticks({ from, to })).to.deep.equal(expected);
    });
  }
});
