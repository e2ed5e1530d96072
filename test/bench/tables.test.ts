import { expect } from 'chai';
import { figuresTable, growthTable, shown } from '../../hack/bench/report/tables.ts';
import { madeUp } from './made-up-results.ts';

function row(rows: readonly string[], start: string): string | undefined {
  return rows.find((each) => each.startsWith(`| ${start} |`));
}

describe('figuresTable', () => {
  const rows = figuresTable([madeUp(200), madeUp(10_000)]);

  it('has a column for each number of namespaces', () => {
    expect(rows[0]).to.equal('| figure | N = 200 | N = 10,000 | goal |');
    expect(new Set(rows.map((each) => each.split('|').length))).to.deep.equal(new Set([6]));
  });

  it('says whether a goal is met, only where it is one', () => {
    expect(row(rows, 'Parapet beside the null writer')).to.equal(
      '| Parapet beside the null writer | 1.25 × | **1.25 ×** ✗ | ≤ 1.15 × at 10,000 |',
    );
    expect(row(rows, 'CPU of Parapet a write')).to.equal('| CPU of Parapet a write | 0.4 ms ✓ | 0.4 ms ✓ | ≤ 0.5 ms |');
  });

  it('leaves empty what was not measured', () => {
    expect(row(rows, 'idle, p50')).to.equal('| idle, p50 |  |  | ≤ 3 ms |');
  });
});

describe('growthTable', () => {
  it('gives the exponent, its error, and whether it is linear or better', () => {
    const linear = [200, 1000, 10_000].map((namespaces) => madeUp(namespaces));
    expect(row(growthTable(linear), 'Convergence: Parapet')).to.equal('| Convergence: Parapet | 1.00 ± 0.00 | yes |');
    const worse = [200, 1000, 10_000].map((n) => madeUp(n, { nullWriter: [{ ms: n ** 1.5, cpuMs: 1 }] }));
    expect(row(growthTable(worse), 'Convergence: null writer')).to.match(/ 1.50 ± 0.00 \| \*\*no\*\* \|$/);
  });
});

describe('shown', () => {
  const cases = [
    [{ unit: 'ms', digits: 1 }, 3.14159, '3.1 ms'],
    [{ unit: 'ms', digits: 1 }, 12_345.6, '12,346 ms'],
    [{ unit: '', digits: 0 }, 0, '0'],
    [{ unit: 's', digits: 1 }, Number.NaN, ''],
    [{ unit: 's', digits: 1 }, undefined, ''],
  ] as const;
  for (const [figure, value, text] of cases) {
    it(`spells ${value} with ${figure.digits} digits "${text}"`, () => expect(shown(figure, value)).to.equal(text));
  }
});
