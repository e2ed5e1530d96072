import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { pageBlock, rowsOf } from '../../hack/failover/figures.ts';
import type { Results } from '../../hack/failover/run.ts';
import { inProject } from '../../hack/support/paths.ts';
import { withBlock } from '../../hack/support/written-block.ts';

const results = JSON.parse(readFileSync(inProject('docs/results/failover.json'), 'utf8')) as Results;

describe('docs/operations.md', () => {
  it('holds no figure of failover by hand', () => {
    const page = readFileSync(inProject('docs/operations.md'), 'utf8');
    expect(withBlock(page, 'failover', pageBlock(results))).to.equal(page);
  });

  it('rests on a run of a hundred losses, and of ten kills and stops each', () => {
    expect(results.losses).to.have.length.at.least(100);
    expect(results.kills).to.have.length.at.least(10);
    expect(results.stops).to.have.length.at.least(10);
  });
});

describe('rowsOf', () => {
  const failed = (changed: Partial<Results>): readonly string[] =>
    rowsOf({ ...results, ...changed }).flatMap(({ what, met }) => (met === false ? [what] : []));
  const fine = {
    kills: [{ ms: 15_000, wonMs: 14_900, code: null }],
    stops: [{ ms: 900, wonMs: 800, code: 0 }],
    issued: { writes: 1, late: [], overlaps: [], oldestMs: 0, stillInFlight: 0 },
    arrived: { writes: 1, late: [], overlaps: [], oldestMs: 0, stillInFlight: 0 },
  };

  it('finds every goal met where it is', () => expect(failed(fine)).to.deep.equal([]));

  const broken: readonly (readonly [string, Partial<Results>, RegExp])[] = [
    ['a kill that took too long', { kills: [{ ms: 20_001, wonMs: 1, code: null }] }, /SIGKILL/],
    ['a stop that took too long', { stops: [{ ms: 2_001, wonMs: 1, code: 0 }] }, /SIGTERM/],
    ['a late write', { issued: { ...fine.issued, late: [{ process: 'a', ageMs: 3_000 }] } }, /issued after/],
    ['an overlap', { arrived: { ...fine.arrived, overlaps: [{ before: 'a', after: 'b', ms: 1 }] } }, /next one had/],
  ];
  for (const [what, changed, row] of broken) {
    it(`marks ${what}`, () => {
      const found = failed({ ...fine, ...changed });
      expect(found).to.have.length(1);
      expect(found[0]).to.match(row);
    });
  }
});
