import { expect } from 'chai';
import { judge, MISSED_MS } from '../../hack/soak/incidents.ts';
import type { Incident } from '../../hack/soak/incidents.ts';

const base = {
  kind: 'NetworkPolicy',
  namespace: 'soak-1',
  name: 'parapet-default-deny',
  wrong: 'missing',
  byPolicy: false,
} as const;

function incident(from: number, until?: number): Incident {
  return until === undefined ? { ...base, from } : { ...base, from, until };
}

describe('judge of incidents', () => {
  it('counts what was repaired, and how long it took', () => {
    expect(judge([incident(0, 10), incident(5, 25), incident(0, 6_000)], 10_000)).to.deep.equal({
      repairs: { count: 3, p50Ms: 20, p99Ms: 6_000, maxMs: 6_000, slow: 1 },
      edits: { count: 0, p50Ms: Number.NaN, p99Ms: Number.NaN, maxMs: 0, slow: 0 },
      missed: [],
    });
  });

  it('keeps what an edit of the policy changed apart', () => {
    const { repairs, edits } = judge([incident(0, 10), { ...incident(0, 900), byPolicy: true }], 10_000);
    expect([repairs.maxMs, edits.maxMs]).to.deep.equal([10, 900]);
  });

  it('calls missed what was never repaired', () => {
    const forgotten = incident(100);
    expect(judge([forgotten, incident(0, 10)], 100 + MISSED_MS + 1).missed).to.deep.equal([forgotten]);
  });

  it('calls missed what was repaired so late that something else must have done it', () => {
    const late = incident(0, MISSED_MS + 1);
    expect(judge([late], MISSED_MS + 2).missed).to.deep.equal([late]);
  });

  it('says nothing yet of what has only begun', () => {
    const { missed, repairs } = judge([incident(100)], 200);
    expect([missed.length, repairs.count]).to.deep.equal([0, 0]);
  });
});
