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

  it('binds nobody to a Role that a stranger wrote', () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
    const world = new World([
      policy('baseline', { roles: [{ name: 'ops', rules, subjects: [{ kind: 'Group', name: 'ops' }] }] }),
    ]);
    const metadata = { name: 'parapet-ops' };
    const theirs = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
    world.put({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: theirs }, 'mallory');
    const planned = world.plan();
    expect(dueSlots(planned)).to.deep.equal([]);
    expect(planned.slots.map(({ slot, state, reason }) => [slot, state, reason])).to.deep.equal([
      ['Role/parapet-ops', 'Foreign', 'NotOurs'],
      ['RoleBinding/parapet-ops', 'Blocked', 'NotOurs'],
    ]);
  });
});
