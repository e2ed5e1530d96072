import { expect } from 'chai';
import { judge } from '../../hack/failover/judge.ts';
import type { LeaderCall } from '../../hack/failover/judge.ts';

const RULE = { renewMs: 1_000, toleranceMs: 10 };

function renewal(process: string, at: number): LeaderCall {
  return { process, type: 'renewal', at };
}

function write(process: string, at: number, endedAt = at): LeaderCall {
  return { process, type: 'write', at, endedAt };
}

describe('judge', () => {
  it('finds nothing wrong where writes follow renewals and leaders follow each other', () => {
    const calls = [renewal('a', 0), write('a', 900), renewal('a', 950), write('a', 1_800), renewal('b', 2_500), write('b', 2_600)]; // prettier-ignore
    expect(judge(calls, RULE)).to.deep.equal({ writes: 3, late: [], overlaps: [], oldestMs: 900, stillInFlight: 0 });
  });

  it('finds a write that came after the deadline, and one without any renewal', () => {
    const { late } = judge([renewal('a', 0), write('a', 1_011), write('b', 5)], RULE);
    expect(late).to.deep.equal([
      { process: 'b', ageMs: Number.POSITIVE_INFINITY },
      { process: 'a', ageMs: 1_011 },
    ]);
  });

  it('tolerates what a process may need between its question and the wire', () => {
    expect(judge([renewal('a', 0), write('a', 1_010)], RULE).late).to.deep.equal([]);
  });

  it('finds that one wrote after the next had begun to', () => {
    const calls = [renewal('a', 0), renewal('b', 0), write('a', 10), write('b', 20), write('a', 30)];
    expect(judge(calls, RULE).overlaps).to.deep.equal([{ before: 'a', after: 'b', ms: 10 }]);
  });

  it('counts a write that was still under way when the next one began, which nothing can prevent', () => {
    const calls = [renewal('a', 0), renewal('b', 0), write('a', 10, 25), write('b', 20)];
    expect(judge(calls, RULE)).to.deep.include({ overlaps: [], stillInFlight: 1 });
  });

  it('takes calls in any order', () => {
    const calls = [write('a', 900), renewal('a', 0)];
    expect(judge(calls, RULE).late).to.deep.equal([]);
  });
});
