import { expect } from 'chai';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { policy, World } from './world.ts';

const binding = 'RoleBinding/parapet-dev';
const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const team = { kind: 'Group', nameFrom: { label: 'team', prefix: 'oidc:' } };
const onCall = { kind: 'Group', name: 'on-call' };

function roles(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { roles: [{ name: 'dev', ...members }] };
}

function world(labels: Readonly<Record<string, string>>, ...subjects: readonly unknown[]): World {
  const made = new World([policy('teams', roles({ rules, subjects }))], labels);
  made.converge();
  return made;
}

function slotOf({ slots }: { readonly slots: readonly SlotPlan[] }, id = binding): SlotPlan {
  const found = slots.find(({ slot }) => slot === id);
  if (found === undefined) throw new Error(`no ${id} in the plan`);
  return found;
}

function subjectsOf(of: World): unknown {
  const { subjects } = of.get(binding).content;
  return (subjects as readonly { readonly name: string }[]).map(({ name }) => name);
}

describe('plan, of a slot whose policy asks for what can’t be had', () => {
  it('creates no binding that would bind nobody, and says why', () => {
    const bare = world({}, team);
    expect([...bare.live.keys()]).to.deep.equal(['Role/parapet-dev']);
    expect(slotOf(bare.plan())).to.include({ state: 'Blocked', reason: 'LabelMissing', uid: '' });
    expect(dueSlots(bare.plan())).to.deep.equal([]);
  });

  it('binds the others, and stays Blocked', () => {
    const partly = world({}, team, onCall);
    expect(subjectsOf(partly)).to.deep.equal(['on-call']);
    expect(slotOf(partly.plan())).to.include({ state: 'Blocked', reason: 'LabelMissing' });
    expect(dueSlots(partly.plan())).to.deep.equal([]);
  });

  it('repairs what it could bind', () => {
    const partly = world({}, team, onCall);
    partly.tamper(binding, ({ content }) => ({ content: { ...content, subjects: [] } }));
    expect(slotOf(partly.plan())).to.include({ state: 'Modified' });
    expect(slotOf(partly.converge()).afterwards).to.include({ state: 'Blocked', reason: 'LabelMissing' });
    expect(subjectsOf(partly)).to.deep.equal(['on-call']);
  });

  it('takes an old binding away when the label goes, and puts it back with the new one, neither as a repair', () => {
    const labelled = world({ team: 'payments' }, team);
    labelled.labels = {};
    const leaving = labelled.converge();
    expect(dueSlots(leaving).map(({ slot, state, change }) => [slot, state, change.action])).to.deep.equal([
      [binding, 'Pending', 'delete'],
    ]);
    expect(slotOf(leaving).afterwards).to.include({ state: 'Blocked', reason: 'LabelMissing' });
    labelled.labels = { team: 'search' };
    expect(slotOf(labelled.converge())).to.include({ state: 'Pending' });
    expect(subjectsOf(labelled)).to.deep.equal(['oidc:search']);
    expect(slotOf(labelled.plan())).to.include({ state: 'OK' });
  });

  it('takes away what somebody put in its place meanwhile', () => {
    const labelled = world({ team: 'payments' }, team);
    labelled.labels = {};
    labelled.converge();
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' };
    const metadata = { name: 'parapet-dev' };
    labelled.put({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata, roleRef }, 'mallory');
    expect(slotOf(labelled.converge())).to.include({ state: 'Replaced' });
    expect(labelled.live.has(binding)).to.equal(false);
  });

  it('leaves a stranger’s object on its name alone', () => {
    const bare = new World([policy('teams', { adoption: 'Force', ...roles({ rules, subjects: [team] }) })]);
    const metadata = { name: 'parapet-dev' };
    bare.put({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata }, 'helm');
    expect(slotOf(bare.converge())).to.include({ state: 'Blocked', reason: 'LabelMissing' });
    expect(bare.live.has(binding)).to.equal(true);
  });

  it('leaves what a suspended policy holds as it is', () => {
    const labelled = world({ team: 'payments' }, team);
    labelled.labels = {};
    labelled.policies = labelled.policies.map((each) => ({ ...each, suspend: true }));
    expect(slotOf(labelled.plan())).to.include({ state: 'Frozen' });
    expect(dueSlots(labelled.plan())).to.deep.equal([]);
  });

  it('foretells it for an Audit policy', () => {
    const audited = new World([policy('teams', { mode: 'Audit', ...roles({ rules, subjects: [team] }) })]);
    const [{ slots } = { slots: [] }] = audited.plan().audits;
    expect(slotOf({ slots })).to.include({ state: 'Blocked', reason: 'LabelMissing' });
  });
});

describe('plan, of a role that changes from own rules to a ClusterRole', () => {
  const own = policy('teams', roles({ rules, subjects: [onCall] }));
  const existing = policy('teams', roles({ clusterRole: 'view', subjects: [onCall] }));

  function edited(from: typeof own, to: typeof own): readonly (readonly [string, string])[] {
    const made = new World([from]);
    made.converge();
    made.policies = [to];
    const changes = dueSlots(made.converge()).map(({ slot, change }) => [change.action, slot] as const);
    expect(dueSlots(made.plan())).to.deep.equal([]);
    return changes;
  }

  it('recreates the binding, whose roleRef can’t be changed, and then prunes the Role', () => {
    expect(edited(own, existing)).to.deep.equal([
      ['recreate', binding],
      ['delete', 'Role/parapet-dev'],
    ]);
  });

  it('writes the Role first on the way back', () => {
    expect(edited(existing, own)).to.deep.equal([
      ['create', 'Role/parapet-dev'],
      ['recreate', binding],
    ]);
  });
});
