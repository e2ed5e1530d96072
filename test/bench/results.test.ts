import { expect } from 'chai';
import { resultsJson } from '../../hack/bench/results.ts';
import { madeUp } from './made-up-results.ts';

describe('resultsJson', () => {
  it('keeps everything, times to the microsecond', () => {
    const results = madeUp(200, { lateNamespaces: [{ closedMs: 1.234_567, wholeMs: 2 }], repairs: [] });
    const expected = { ...results, lateNamespaces: [{ closedMs: 1.235, wholeMs: 2 }] };
    expect(JSON.parse(resultsJson(results))).to.deep.equal(expected);
  });

  it('gives every item of a list a line', () => {
    const json = resultsJson(madeUp(200, { lateNamespaces: [{ closedMs: 1, wholeMs: 2 }, { closedMs: 3, wholeMs: 4 }] })); // prettier-ignore
    expect(json).to.include('\n    {"closedMs":1,"wholeMs":2},\n    {"closedMs":3,"wholeMs":4}\n  ]');
  });
});
