import { expect } from 'chai';
import { assert, constantFrom, integer, property } from 'fast-check';
import { dueSlots } from '../../src/plan/order.ts';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { policy, World } from './world.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const deny = { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] } };
const quota = { resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }] };
const roles = {
  roles: [
    {
      name: 'view',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      subjects: [{ kind: 'Group', name: 'team' }],
    },
  ],
};

function networkPolicy(name: string, spec: Readonly<Record<string, unknown>>, labels = {}) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, labels }, spec };
}

const open = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] };

function slotsOf(world: World): ReadonlyMap<string, SlotPlan> {
  return new Map(world.plan().slots.map((slot) => [slot.slot, slot]));
}

/** The NetworkPolicies that close both directions for every pod. */
function denials(world: World): readonly string[] {
  return [...world.live.values()]
    .filter(
      ({ content }) => JSON.stringify(content['spec']) === '{"podSelector":{},"policyTypes":["Egress","Ingress"]}',
    )
    .map(({ name }) => name);
}

describe("a stranger's object on the name of a default-deny", () => {
  it('stays, is reported, and ours stands beside it', () => {
    const world = new World([policy('baseline', deny)]);
    world.put(networkPolicy('parapet-default-deny', open), 'kubectl');
    world.converge();
    expect(slotsOf(world).get(DENY)).to.include({ state: 'Foreign', actor: 'kubectl' });
    expect(slotsOf(world).get(DENY)?.message).to.contain('ours stands beside it');
    expect(denials(world)).to.have.length(1);
    expect(denials(world)[0]).to.match(/^parapet-default-deny-[a-z0-9]+$/);
    expect(dueSlots(world.plan())).to.deep.equal([]);
  });

  it('keeps nothing open however many names strangers take', () => {
    assert(
      property(integer({ min: 0, max: 6 }), constantFrom('kubectl', 'kyverno'), (takers, manager) => {
        const world = new World([policy('baseline', deny)]);
        for (let taken = 0; taken <= takers; taken += 1) {
          const [next] = dueSlots(world.plan()).filter(({ slot }) => slot.startsWith(DENY));
          if (next?.change.action === 'create')
            world.put(
              { ...next.change.object, metadata: { name: next.change.object.metadata.name }, spec: open },
              manager,
            );
        }
        world.converge();
        expect(denials(world)).to.have.length(1);
        expect(dueSlots(world.plan())).to.deep.equal([]);
      }),
    );
  });

  it('gives way to ours under its own name once it is gone: first the one, then the other', () => {
    const world = new World([policy('baseline', deny)]);
    world.put(networkPolicy('parapet-default-deny', open), 'kubectl');
    world.converge();
    const [beside] = denials(world);
    world.live.delete(DENY);
    const due = dueSlots(world.plan()).map(({ slot, change }) => `${change.action} ${slot}`);
    expect(due).to.deep.equal([`create ${DENY}`, `delete NetworkPolicy/${beside}`]);
    world.converge();
    expect(denials(world)).to.deep.equal(['parapet-default-deny']);
  });

  it('is repaired like any other slot beside it', () => {
    const world = new World([policy('baseline', deny)]);
    world.put(networkPolicy('parapet-default-deny', open), 'kubectl');
    world.converge();
    const beside = `NetworkPolicy/${denials(world)[0]}`;
    world.tamper(beside, () => ({ content: { spec: open } }));
    expect(dueSlots(world.plan()).map(({ slot, state }) => ({ slot, state }))).to.deep.equal([
      { slot: beside, state: 'Modified' },
    ]);
  });
});

describe('adoption: Force', () => {
  const force = { adoption: 'Force' };

  it('takes over what was there before, and keeps what others put into its metadata', () => {
    const world = new World([policy('baseline', { ...quota, ...force })]);
    const metadata = { name: 'parapet-compute', labels: { team: 'a' }, annotations: { note: 'mine' } };
    world.put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '99' } } }, 'helm');
    const [due] = dueSlots(world.plan());
    expect(due).to.include({ state: 'Foreign', actor: 'helm' });
    world.converge();
    const live = world.get('ResourceQuota/parapet-compute');
    expect(live.content).to.deep.equal({ spec: { hard: { pods: '10' } } });
    expect(live.labels).to.include({ team: 'a', 'parapet.dev/slot': 'parapet-compute' });
    expect(live.annotations).to.include({ note: 'mine', 'parapet.dev/policies': 'baseline' });
    expect(slotsOf(world).get('ResourceQuota/parapet-compute')).to.include({ state: 'OK' });
  });

  it('keeps them also where the object has to be created anew', () => {
    const world = new World([policy('baseline', { ...quota, ...force })]);
    const metadata = { name: 'parapet-compute', labels: { team: 'a' } };
    world.put(
      { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '9' }, scopes: ['BestEffort'] } },
      'helm',
    );
    expect(dueSlots(world.plan())[0]?.change.action).to.equal('recreate');
    world.converge();
    expect(world.get('ResourceQuota/parapet-compute').labels).to.include({ team: 'a' });
  });

  it('takes over a default-deny instead of standing beside it', () => {
    const world = new World([policy('baseline', { ...deny, ...force })]);
    world.put(networkPolicy('parapet-default-deny', open), 'kubectl');
    world.converge();
    expect(denials(world)).to.deep.equal(['parapet-default-deny']);
  });

  it('binds the Role it takes over in the same go', () => {
    const world = new World([policy('baseline', { ...roles, ...force })]);
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    world.put(
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'parapet-view' }, rules },
      'helm',
    );
    expect(dueSlots(world.plan()).map(({ slot }) => slot)).to.deep.equal([
      'Role/parapet-view',
      'RoleBinding/parapet-view',
    ]);
  });

  it("needs no adoption where a tenant's object says it is ours: whomever it names as its holder", () => {
    const world = new World([policy('baseline', quota), policy('trial', { mode: 'Audit', ...quota })]);
    const metadata = {
      name: 'parapet-compute',
      labels: { 'parapet.dev/slot': 'parapet-compute' },
      annotations: { 'parapet.dev/policies': 'trial' },
    };
    world.put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '1000' } } }, 'kubectl');
    world.converge();
    expect(world.get('ResourceQuota/parapet-compute').content).to.deep.equal({ spec: { hard: { pods: '10' } } });
  });

  it('is nothing an Audit policy does: it tells of the stranger', () => {
    const world = new World([policy('baseline', { mode: 'Audit', ...quota, ...force })]);
    const metadata = { name: 'parapet-compute' };
    world.put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '99' } } }, 'helm');
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(world.plan().audits[0]?.slots[0]).to.include({ state: 'Foreign' }).and.not.have.property('change');
  });
});

describe('competing', () => {
  const limits = { limitRange: { limits: [{ type: 'Container', default: { cpu: '500m' } }] } };
  const spec = { limits: [{ type: 'Container', default: { cpu: '1' } }] };
  const closed = { podSelector: {}, policyTypes: ['Ingress'] };
  const kyverno = { 'app.kubernetes.io/managed-by': 'kyverno', 'generate.kyverno.io/policy-name': 'deny' };
  const theirs = (hard: object, more = {}) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'theirs' },
    spec: { hard, ...more },
  });

  const table = [
    [
      'a second LimitRange',
      limits,
      { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'theirs' }, spec },
      /second LimitRange/,
    ],
    ['a quota over the same resource', quota, theirs({ pods: '5', secrets: '3' }), /limits pods as well/],
    [
      "another generator's default-deny",
      deny,
      networkPolicy('theirs', closed, kyverno),
      /closes Ingress .*Kyverno \(deny\)/,
    ],
  ] as const;
  for (const [what, block, object, message] of table) {
    it(`names ${what}, its owner and the slot it stands beside`, () => {
      const world = new World([policy('baseline', block)]);
      world.put(object, 'kubectl');
      world.converge();
      const found = slotsOf(world).get(`${object.kind}/theirs`);
      expect(found).to.include({ state: 'Competing', reason: 'Competes', uid: '' }).and.not.have.property('change');
      expect(found?.message).to.match(message);
      expect(found?.policies).to.deep.equal(['baseline']);
    });
  }

  const harmless = [
    ['a quota over other resources', quota, theirs({ secrets: '5' })],
    ['a quota over other pods', quota, theirs({ pods: '5' }, { scopes: ['BestEffort'] })],
    ["a tenant's own default-deny", deny, networkPolicy('theirs', closed)],
    [
      'a generated policy that lets something through',
      deny,
      networkPolicy('theirs', { ...closed, ingress: [{ from: [{ podSelector: {} }] }] }, kyverno),
    ],
    [
      'a generated policy for some pods',
      deny,
      networkPolicy('theirs', { ...closed, podSelector: { matchLabels: { a: 'b' } } }, kyverno),
    ],
  ] as const;
  for (const [what, block, object] of harmless) {
    it(`has nothing against ${what}`, () => {
      const world = new World([policy('baseline', block)]);
      world.put(object, 'kubectl');
      world.converge();
      expect(slotsOf(world).has(`${object.kind}/theirs`)).to.equal(false);
    });
  }

  it('tells an Audit policy what would stand beside its objects', () => {
    const world = new World([policy('trial', { mode: 'Audit', ...limits })]);
    world.put({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'theirs' }, spec }, 'kubectl');
    expect(world.plan().audits[0]?.slots.map(({ state }) => state)).to.include('Competing');
  });

  it('tells of 32 in a namespace and no more', () => {
    const world = new World([policy('baseline', limits)]);
    for (let index = 0; index < 100; index += 1) {
      world.put({ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: `theirs-${index}` }, spec }, 'kubectl');
    }
    expect(world.plan().slots.filter(({ state }) => state === 'Competing')).to.have.length(32);
  });
});

describe("a stranger's Role", () => {
  const [entry] = roles.roles;
  const bound = { roles: [{ name: 'view', clusterRole: 'view', subjects: entry?.subjects }] };
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'parapet-view' } };

  it('is not bound by a RoleBinding that was there for another role', () => {
    const world = new World([policy('baseline', bound)]);
    world.converge();
    world.put({ ...role, rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }, 'kubectl');
    world.policies = [policy('baseline', roles)];
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(slotsOf(world).get('RoleBinding/parapet-view')).to.include({ state: 'Blocked', reason: 'NotOurs' });
    world.converge();
    expect(world.get('RoleBinding/parapet-view').content['roleRef']).to.include({ kind: 'ClusterRole' });
  });
});
