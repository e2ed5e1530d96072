import { expect } from 'chai';
import fc from 'fast-check';
import type { Policy } from '../../src/api/policy.ts';
import { dueSlots } from '../../src/plan/order.ts';
import type { Content } from '../../src/slots/slot-kind.ts';
import { policy, World } from './world.ts';

const networkPolicy = fc.record(
  {
    defaultDeny: fc.uniqueArray(fc.constantFrom('Ingress', 'Egress'), { minLength: 1 }),
    allow: fc.uniqueArray(fc.constantFrom('DNS', 'SameNamespace', 'KubernetesAPI'), { minLength: 1 }),
    policies: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('web', 'metrics'),
        spec: fc.constantFrom(
          { podSelector: {}, ingress: [{}] },
          { podSelector: {}, egress: [{ ports: [{ port: 443 }] }], policyTypes: ['Egress'] },
          { podSelector: { matchLabels: { app: 'x' } }, ingress: [{ from: [{ namespaceSelector: {} }] }] },
        ),
      }),
      { minLength: 1, selector: ({ name }) => name },
    ),
  },
  { requiredKeys: ['defaultDeny'] },
);
const quantity = fc.constantFrom('1', 2, '500m', '0.5', '1024Mi', '1Gi', '1e3');
const resourceQuotas = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('compute', 'objects'),
    hard: fc.record({ 'requests.cpu': quantity, 'limits.memory': quantity }),
  }),
  { minLength: 1, selector: ({ name }) => name },
);
const limitRange = fc.record({
  limits: fc.tuple(
    fc.record({
      type: fc.constant('Container'),
      max: fc.record({ cpu: fc.constantFrom('2', 2, '2000m') }),
      min: fc.constant({ memory: '64Mi' }),
    }),
  ),
});
const roles = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('viewer', 'debugger'),
    rules: fc.tuple(
      fc.record({
        apiGroups: fc.constant(['']),
        resources: fc.constantFrom(['pods'], ['services', 'pods']),
        verbs: fc.constant(['list', 'get']),
      }),
    ),
    subjects: fc.constantFrom(
      [{ kind: 'Group', name: 'team' }],
      [
        { kind: 'ServiceAccount', name: 'bot' },
        { kind: 'User', name: 'ann' },
      ],
    ),
  }),
  { minLength: 1, selector: ({ name }) => name },
);
const spec = fc.record(
  {
    mode: fc.constantFrom('Enforce', 'Enforce', 'Audit'),
    suspend: fc.constantFrom(false, false, true),
    priority: fc.constantFrom(100, 100, 200),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { size: 'large' } }),
    networkPolicy,
    resourceQuotas,
    limitRange,
    roles,
  },
  { requiredKeys: ['mode', 'namespaceSelector'] },
);
const policies = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), spec), { minLength: 1, selector: ([name]) => name })
  .map((entries) => entries.map(([name, each]) => policy(name, each)));
const labels = fc.constantFrom({}, { size: 'large' });

describe('plan, over generated policies', () => {
  it('has no change left after its changes are applied, whatever the policies were before', () => {
    fc.assert(
      fc.property(policies, policies, labels, (before, after, namespaceLabels) => {
        const world = new World(before, namespaceLabels);
        world.converge();
        expectSettled(world);
        world.policies = after;
        world.converge();
        expectSettled(world);
      }),
      { numRuns: 300 },
    );
  });

  it('repairs whatever is deleted or overwritten, back to what it was', () => {
    fc.assert(
      fc.property(policies, fc.nat(), fc.boolean(), (all, pick, remove) => {
        const world = new World(all.map((each): Policy => ({ ...each, mode: 'Enforce', suspend: false })));
        world.converge();
        const slots = [...world.live.keys()];
        const slot = slots[pick % Math.max(1, slots.length)];
        if (slot === undefined) return;
        const before = world.get(slot).content;
        if (remove) world.live.delete(slot);
        else world.tamper(slot, () => ({ content: emptied(before) }));
        world.converge();
        expect(world.get(slot).content).to.deep.equal(before);
        expectSettled(world);
      }),
      { numRuns: 300 },
    );
  });

  it('never deletes while a policy departs', () => {
    fc.assert(
      fc.property(policies, labels, (all, namespaceLabels) => {
        const world = new World(all, namespaceLabels);
        world.converge();
        world.policies = [];
        expect(dueSlots(world.plan())).to.deep.equal([]);
      }),
    );
  });

  it('does not depend on the order of the policies', () => {
    fc.assert(
      fc.property(policies, (all) => {
        expect(new World(all).plan()).to.deep.equal(new World(all.toReversed()).plan());
      }),
    );
  });
});

function expectSettled(world: World): void {
  expect(dueSlots(world.plan()).map(({ slot, state, diffs }) => ({ slot, state, diffs }))).to.deep.equal([]);
}

/** As an edit that takes everything out of every member. */
function emptied(content: Content): Content {
  return Object.fromEntries(Object.entries(content).map(([member, value]) => [member, Array.isArray(value) ? [] : {}]));
}
