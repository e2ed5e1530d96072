import { expect } from 'chai';
import { median, percentile } from '../../hack/bench/statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('percentile', () => {
  const cases = [
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 1, 100],
    [[7], 0.99, 7],
  ] as const;
  for (const [values, p, expected] of cases) {
    it(`of ${values.length} values at ${p} is ${expected}`, () => expect(percentile(values, p)).to.equal(expected));
  }
  it('of nothing is NaN', () => expect(percentile([], 0.5)).to.be.NaN);
});

describe('median', () => {
  it('is the middle one, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).to.equal(2);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
  });
});
