import { expect } from 'chai';
import { settle } from '../../src/kube/settle.ts';

describe('settle', () => {
  it('believes a value once it has stayed the same long enough', () => {
    let state = { settled: 'a', candidate: 'a', since: 0 };
    state = settle(state, 'b', 1_000, 5_000);
    state = settle(state, 'b', 5_999, 5_000);
    expect(state.settled).to.equal('a');
    state = settle(state, 'b', 6_000, 5_000);
    expect(state.settled).to.equal('b');
  });

  it('waits anew with every change, and forgets a flicker', () => {
    let state = { settled: 'a', candidate: 'a', since: 0 };
    for (let now = 0; now < 60_000; now += 1_000) state = settle(state, now % 2_000 === 0 ? 'b' : 'c', now, 5_000);
    expect(state.settled).to.equal('a');
    for (let now = 60_000; now < 70_000; now += 1_000) state = settle(state, 'a', now, 5_000);
    expect(state.settled).to.equal('a');
  });

  it('keeps the settled value itself while an equal one comes in', () => {
    const facts = { peers: ['x'] };
    const state = settle({ settled: facts, candidate: facts, since: 0 }, { peers: ['x'] }, 9_000, 5_000);
    expect(state.settled).to.equal(facts);
  });
});
