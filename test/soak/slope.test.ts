import { expect } from 'chai';
import { finding, linearFit } from '../../hack/soak/slope.ts';

/** Of a line with something on top: 0.2, -0.2 and so on, or whatever is given. */
function points(slope: number, noise: (index: number) => number): readonly (readonly [number, number])[] {
  return Array.from({ length: 200 }, (_, index) => [index / 100, slope * (index / 100) + noise(index)] as const);
}

describe('linearFit', () => {
  it('finds the slope, and is sure of it where there is little noise', () => {
    const fit = linearFit(points(3, (index) => (index % 2 === 0 ? 0.2 : -0.2)));
    expect(fit.slope).to.be.closeTo(3, 0.1);
    expect(fit.margin).to.be.below(0.2);
  });

  it('is less sure where samples resemble the ones before them', () => {
    const alternating = linearFit(points(0, (index) => (index % 2 === 0 ? 1 : -1)));
    const waves = linearFit(points(0, (index) => (index % 40 < 20 ? 1 : -1)));
    expect(waves.margin).to.be.above(3 * alternating.margin);
  });

  it('knows nothing from two points', () => {
    expect(linearFit([[0, 1], [1, 5]]).margin).to.equal(Number.POSITIVE_INFINITY); // prettier-ignore
  });
});

describe('finding', () => {
  const cases = [
    [{ slope: 0.2, margin: 0.5 }, 'met'],
    [{ slope: 0.2, margin: 2 }, 'undecided'],
    [{ slope: 1.5, margin: 1 }, 'undecided'],
    [{ slope: 3, margin: 1 }, 'missed'],
    [{ slope: Number.NaN, margin: Number.POSITIVE_INFINITY }, 'undecided'],
  ] as const;
  for (const [slope, expected] of cases) {
    it(`calls ${slope.slope} ± ${slope.margin} ${expected} for a goal of 1`, () => {
      expect(finding(slope, 1)).to.equal(expected);
    });
  }
});
