import { expect } from 'chai';
import { powerLaw } from '../../hack/bench/report/fit.ts';

const at = (law: (x: number) => number) => [200, 1000, 10_000].map((x) => ({ x, y: law(x) }));

describe('powerLaw', () => {
  for (const exponent of [0, 0.5, 1, 1.3]) {
    it(`finds the exponent ${exponent} of what follows it, without an error`, () => {
      const law = powerLaw(at((x) => 3 * x ** exponent));
      expect(law?.exponent).to.be.closeTo(exponent, 1e-9);
      expect(law?.factor).to.be.closeTo(3, 1e-6);
      expect(law?.error).to.be.closeTo(0, 1e-6);
    });
  }

  it('says by the error how far the points are from a line', () => {
    const law = powerLaw(at((x) => (x === 1000 ? 2 * x : x)));
    expect(law?.error).to.be.within(0.1, 0.5);
  });

  it('finds none of points at one x, and leaves zeros out', () => {
    expect(powerLaw([{ x: 200, y: 1 }])).to.equal(undefined);
    expect(powerLaw([{ x: 200, y: 1 }, { x: 200, y: 2 }])).to.equal(undefined); // prettier-ignore
    expect(powerLaw([{ x: 200, y: 0 }, { x: 1000, y: 2 }])).to.equal(undefined); // prettier-ignore
    expect(powerLaw([])).to.equal(undefined);
  });

  it('knows no error of two points', () => {
    expect(powerLaw([{ x: 1, y: 1 }, { x: 10, y: 10 }])?.error).to.be.NaN; // prettier-ignore
  });
});
