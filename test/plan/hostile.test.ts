import { expect } from 'chai';
import { dueSlots } from '../../src/plan/order.ts';
import { policy, World } from './world.ts';

describe('plan, where a tenant means harm', () => {
  it('reads a label key that every object inherits as data', () => {
    const chosen = { podSelector: { matchLabels: { app: 'a' } } };
    const world = new World([policy('baseline', { networkPolicy: { policies: [{ name: 'x', spec: chosen }] } })]);
    world.converge();
    world.tamper('NetworkPolicy/parapet-policy-x', ({ content }) => ({
      content: {
        spec: { ...(content['spec'] as object), podSelector: { matchLabels: { app: 'a', constructor: 'b' } } },
      },
    }));
    expect(dueSlots(world.plan())[0]?.diffs).to.deep.equal([
      { pointer: '/spec/podSelector/matchLabels/constructor', live: 'b', actor: 'unknown' },
    ]);
  });
});
