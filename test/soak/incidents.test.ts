import { expect } from 'chai';
import { judge, MISSED_MS } from '../../hack/soak/incidents.ts';
import type { Incident } from '../../hack/soak/incidents.ts';

const base = { kind: 'NetworkPolicy', namespace: 'soak-1', name: 'parapet-default-deny', wrong: 'missing' } as const;

function incident(from: number, until?: number): Incident {
  return until === undefined ? { ...base, from } : { ...base, from, until };
}

describe('judge of incidents', () => {
  it('counts what was repaired, and how long it took', () => {
    expect(judge([incident(0, 10), incident(5, 25), incident(0, 6_000)], 10_000)).to.deep.equal({
      repaired: 3,
      p50Ms: 20,
      p99Ms: 6_000,
      maxMs: 6_000,
      slow: 1,
      missed: [],
    });
  });

  it('calls missed what was never repaired', () => {
    const forgotten = incident(100);
    expect(judge([forgotten, incident(0, 10)], 100 + MISSED_MS + 1).missed).to.deep.equal([forgotten]);
  });

  it('calls missed what was repaired so late that something else must have done it', () => {
    const late = incident(0, MISSED_MS + 1);
    expect(judge([late], MISSED_MS + 2)).to.deep.include({ missed: [late], repaired: 1 });
  });

  it('says nothing yet of what has only begun', () => {
    expect(judge([incident(100)], 200)).to.deep.include({ missed: [], repaired: 0 });
  });
});
