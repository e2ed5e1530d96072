import { expect } from 'chai';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { policy, World } from './world.ts';

const deny = 'NetworkPolicy/parapet-default-deny';
const quota = 'ResourceQuota/parapet-compute';
const selector = { namespaceSelector: { matchLabels: { team: 'a' } } };
const everything = {
  networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS', 'SameNamespace'] },
  resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }],
  limitRange: { limits: [{ type: 'Container', max: { cpu: '2' } }] },
  roles: [
    {
      name: 'view',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      subjects: [{ kind: 'Group', name: 'team' }],
    },
  ],
};
const closes = (...directions: readonly string[]): Readonly<Record<string, unknown>> => ({
  networkPolicy: { defaultDeny: directions },
});

/** The policy `leaver`, which takes its objects with it, in a namespace that it then selects no more. */
function leaving(
  leaver: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): World {
  const world = new World(
    [
      policy('leaver', { ...selector, deletionPolicy: 'Delete', ...leaver }),
      ...Object.entries(others).map(([name, spec]) => policy(name, spec)),
    ],
    { team: 'a' },
  );
  world.converge();
  world.labels = {};
  return world;
}

/** As a policy's author edits it. */
function edit(world: World, name: string, spec: Readonly<Record<string, unknown>>): void {
  world.policies = world.policies.map((each) => (each.name === name ? policy(name, spec) : each));
}

function policyTypes(world: World): unknown {
  return (world.get(deny).content['spec'] as { readonly policyTypes: unknown }).policyTypes;
}

function slotOf(world: World, slot: string): SlotPlan | undefined {
  return world.plan().slots.find((each) => each.slot === slot);
}

describe('plan: a namespace that leaves the selection of a policy with deletionPolicy Delete', () => {
  it('loses all that the policy alone holds: default-deny before its allows, the binding before its Role', () => {
    const planned = leaving(everything).plan();
    expect(dueSlots(planned).map(({ slot, change }) => `${change.action} ${slot}`)).to.deep.equal([
      'delete RoleBinding/parapet-view',
      'delete Role/parapet-view',
      'delete ResourceQuota/parapet-compute',
      'delete LimitRange/parapet-limits',
      `delete ${deny}`,
      'delete NetworkPolicy/parapet-allow-same-namespace',
      'delete NetworkPolicy/parapet-allow-dns',
    ]);
    for (const slot of planned.slots) {
      expect(slot).to.include({ state: 'Orphaned', reason: 'CleaningUp' });
      expect(slot.message).to.include('leaver');
    }
  });

  it('has nothing left to report afterwards', () => {
    const world = leaving(everything);
    world.converge();
    expect(world.live.size).to.equal(0);
    expect(world.plan()).to.deep.include({ matched: [], slots: [] });
  });

  it('keeps what the policy holds once it says Orphan', () => {
    const world = leaving(everything);
    edit(world, 'leaver', { ...selector, ...everything });
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(slotOf(world, deny)).to.include({ state: 'Orphaned', reason: 'PolicyGone' });
  });

  it('loses what it kept as Orphaned once the policy says Delete', () => {
    const world = leaving({ ...everything, deletionPolicy: 'Orphan' });
    world.converge();
    expect(world.live.has(deny)).to.equal(true);
    edit(world, 'leaver', { ...selector, ...everything, deletionPolicy: 'Delete' });
    world.converge();
    expect(world.live.size).to.equal(0);
  });

  for (const [title, change] of [
    ['is suspended', { suspend: true }],
    ['is in Audit mode', { mode: 'Audit' }],
    ['is invalid there', { networkPolicy: { defaultDeny: ['Sideways'] } }],
  ] as const) {
    it(`keeps, frozen, what the policy holds while it ${title}`, () => {
      const world = leaving(closes('Ingress'));
      edit(world, 'leaver', { ...selector, deletionPolicy: 'Delete', ...closes('Ingress'), ...change });
      expect(dueSlots(world.plan())).to.deep.equal([]);
      expect(slotOf(world, deny)?.state).to.equal('Frozen');
    });
  }

  it('loses nothing that somebody put in the place of what the policy held', () => {
    const world = leaving({ resourceQuotas: everything.resourceQuotas });
    const metadata = { name: 'parapet-compute' };
    world.put({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '1' } } }, 'mallory');
    expect(world.plan().slots).to.deep.equal([]);
  });

  it('loses nothing of which nobody knows whose it was', () => {
    const world = leaving({ resourceQuotas: everything.resourceQuotas });
    world.record = [];
    world.tamper(quota, () => ({ annotations: {} }));
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(slotOf(world, quota)?.state).to.equal('Orphaned');
  });

  it('hands over what another policy asks for, changed in place', () => {
    const world = leaving(
      { ...everything, priority: 200 },
      { next: { resourceQuotas: [{ name: 'compute', hard: { pods: 3 } }] } },
    );
    const uid = world.get(quota).uid;
    world.converge();
    expect([...world.live.keys()]).to.deep.equal([quota]);
    expect(world.get(quota)).to.deep.include({ uid, content: { spec: { hard: { pods: '3' } } } });
    expect(slotOf(world, quota)).to.deep.include({ state: 'OK', policies: ['next'] });
  });

  it('has a direction opened, by a patch, that nobody else closes', () => {
    const world = leaving(closes('Ingress', 'Egress'), { mild: closes('Ingress') });
    expect(dueSlots(world.plan()).map(({ change }) => change.action)).to.deep.equal(['patch']);
    world.converge();
    expect(policyTypes(world)).to.deep.equal(['Ingress']);
    expect(slotOf(world, deny)).to.deep.include({ state: 'OK', policies: ['mild'] });
  });

  it('has a direction opened before the allows go that were needed in it', () => {
    const world = leaving(
      { networkPolicy: { defaultDeny: ['Egress'], allow: ['DNS'] } },
      { mild: { networkPolicy: { defaultDeny: ['Ingress'], allow: ['DNS'] } } },
    );
    expect(dueSlots(world.plan()).map(({ slot, change }) => `${change.action} ${slot}`)).to.deep.equal([
      `patch ${deny}`,
      'delete NetworkPolicy/parapet-allow-dns',
    ]);
  });
});

describe('plan: a policy with deletionPolicy Delete that is deleted', () => {
  const spec = { ...everything, deletionPolicy: 'Delete' };
  const deletionTimestamp = '2026-01-01T00:00:00Z';

  /** The world after the policy's deletion was asked for, and whatever else was edited. */
  function deleted(change: object = {}, metadata: object = {}): World {
    const world = new World([policy('leaver', spec)]);
    world.converge();
    world.policies = [policy('leaver', { ...spec, ...change }, { deletionTimestamp, ...metadata })];
    return world;
  }

  it('takes along all it holds, and is told apart from those that select the namespace', () => {
    const world = deleted();
    expect(world.plan()).to.deep.include({ matched: [], cleaning: ['leaver'] });
    world.converge();
    expect(world.live.size).to.equal(0);
    expect(world.plan().slots).to.deep.equal([]);
  });

  for (const [title, change, metadata] of [
    ['turned back to Orphan', { deletionPolicy: 'Orphan' }, {}],
    ['suspended', { suspend: true }, {}],
    ['in Audit mode', { mode: 'Audit' }, {}],
    ['unreadable', { priority: 'high' }, {}],
    ['without its finalizer', {}, { finalizers: ['example.org/other'] }],
  ] as const) {
    it(`leaves everything, as Orphaned, when it is ${title}`, () => {
      const world = deleted(change, metadata);
      expect(dueSlots(world.plan())).to.deep.equal([]);
      expect(world.plan().cleaning).to.deep.equal([]);
      expect(slotOf(world, deny)).to.include({ state: 'Orphaned', reason: 'PolicyGone' });
    });
  }

  it('takes along what an invalid block of it holds, too', () => {
    const world = deleted({ networkPolicy: { defaultDeny: ['Sideways'] } });
    world.converge();
    expect(world.live.size).to.equal(0);
  });

  it('touches nothing in a terminating namespace, and waits for nothing there', () => {
    const world = deleted();
    world.terminating = true;
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(world.plan().cleaning).to.deep.equal([]);
  });

  it('asks for nothing before it has its finalizer, and keeps what it held with Orphan', () => {
    const world = new World([policy('leaver', everything)]);
    world.converge();
    world.policies = [
      policy('leaver', { ...spec, resourceQuotas: [{ name: 'new', hard: { pods: 1 } }] }, { finalizers: [] }),
    ];
    expect(dueSlots(world.plan())).to.deep.equal([]);
    expect(world.plan().matched).to.deep.equal([]);
    expect(slotOf(world, deny)?.state).to.equal('Frozen');
  });

  it('needs no finalizer to take along what it held in a namespace that it does not select any more', () => {
    const world = new World([policy('leaver', everything)]);
    world.converge();
    world.policies = [policy('leaver', { ...spec, ...selector }, { finalizers: [] })];
    world.converge();
    expect(world.live.size).to.equal(0);
  });
});

describe('plan: a default-deny that a leaving policy shares', () => {
  const gone = (world: World): void => {
    world.policies = world.policies.filter(({ name }) => name !== 'other');
  };
  const suspended = (world: World): void => edit(world, 'other', { ...closes('Egress'), suspend: true });
  const audited = (world: World): void => edit(world, 'other', { ...closes('Egress'), mode: 'Audit' });

  for (const [title, happens, state] of [
    ['was deleted with Orphan', gone, 'Orphaned'],
    ['is suspended', suspended, 'Frozen'],
    ['is in Audit mode', audited, 'Frozen'],
  ] as const) {
    it(`stays as it is while the other holder ${title}`, () => {
      const world = leaving(closes('Ingress', 'Egress'), { other: closes('Egress') });
      happens(world);
      world.converge();
      expect(policyTypes(world)).to.deep.equal(['Egress', 'Ingress']);
      expect(slotOf(world, deny)).to.deep.include({ state, policies: ['other'] });
    });

    it(`stays closed, with another policy that asks for less, while the other holder ${title}`, () => {
      const world = leaving(closes('Ingress', 'Egress'), { mild: closes('Ingress'), other: closes('Egress') });
      happens(world);
      world.converge();
      expect(policyTypes(world)).to.deep.equal(['Egress', 'Ingress']);
      expect(slotOf(world, deny)).to.deep.include({ state, policies: ['mild', 'other'] });
    });
  }

  it('stays for a suspended policy that held it before the leaving one came', () => {
    const world = new World([policy('other', closes('Ingress'))], { team: 'a' });
    world.converge();
    world.policies = [
      policy('other', { ...closes('Ingress'), suspend: true }),
      policy('leaver', { ...selector, ...closes('Ingress'), deletionPolicy: 'Delete' }),
    ];
    world.converge();
    expect(slotOf(world, deny)).to.deep.include({ state: 'OK', policies: ['leaver', 'other'] });
    world.labels = {};
    world.converge();
    expect(slotOf(world, deny)).to.deep.include({ state: 'Frozen', policies: ['other'] });
  });

  it('goes with the last of several that leave', () => {
    const world = leaving(closes('Ingress'), { other: { ...selector, ...closes('Egress'), deletionPolicy: 'Delete' } });
    expect(dueSlots(world.plan()).map(({ change }) => change.action)).to.deep.equal(['delete']);
  });
});
