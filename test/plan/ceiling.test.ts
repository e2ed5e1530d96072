import { expect } from 'chai';
import fc from 'fast-check';
import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { generatedSpec } from './generated-policies.ts';
import { policy, World } from './world.ts';

const CEILING = 'parapet-grantable';
const [ROLE, BINDING] = ['Role/parapet-dev', 'RoleBinding/parapet-dev'];
const pods = { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] };
const scale = { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['update'] };
const bindView = {
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['clusterroles'],
  resourceNames: ['view'],
  verbs: ['bind'],
};
const onCall = { kind: 'Group', name: 'on-call' };
const team = { kind: 'Group', nameFrom: { label: 'team', prefix: 'oidc:' } };

type Rules = readonly Readonly<Record<string, readonly string[]>>[];

function world(members: Readonly<Record<string, unknown>>, ceiling?: Rules, spec: object = {}): World {
  const made = new World([policy('teams', { ...spec, roles: [{ name: 'dev', subjects: [onCall], ...members }] })]);
  made.clusterRoles.set('view', { rules: [pods] });
  if (ceiling !== undefined) limit(made, ceiling);
  return made;
}

function limit(of: World, ceiling: Rules): World {
  of.clusterRoles.set(CEILING, { rules: ceiling });
  return of;
}

function slotOf({ slots }: { readonly slots: readonly SlotPlan[] }, id: string): SlotPlan {
  const found = slots.find(({ slot }) => slot === id);
  if (found === undefined) throw new Error(`no ${id} in the plan`);
  return found;
}

describe('plan, under a ceiling', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, Rules, string?])[] = [
    ['rules within it', { rules: [pods] }, [pods]],
    ['part of its rules', { rules: [{ ...pods, verbs: ['get'] }] }, [pods]],
    ['rules that several of its rules cover', { rules: [pods, scale] }, [scale, pods]],
    ['objects by name of what it grants', { rules: [{ ...pods, resourceNames: ['web'] }] }, [pods]],
    ['a wildcard above', { rules: [scale] }, [{ ...scale, resources: ['*'] }]],
    ['another verb', { rules: [{ ...pods, verbs: ['get', 'delete'] }] }, [pods], 'delete pods'],
    ['another resource', { rules: [pods, scale] }, [pods], 'update deployments.apps/scale'],
    ['another group', { rules: [{ ...pods, apiGroups: ['metrics.k8s.io'] }] }, [pods], 'get pods.metrics.k8s.io'],
    ['any name of what it grants by name', { rules: [pods] }, [{ ...pods, resourceNames: ['web'] }], 'get pods'],
    ['anything where it is empty', { rules: [pods] }, [], 'get pods'],
    ['a ClusterRole it names', { clusterRole: 'view' }, [bindView]],
    ['any ClusterRole', { clusterRole: 'view' }, [{ ...bindView, resourceNames: [] }]],
    [
      'a ClusterRole it does not name',
      { clusterRole: 'admin' },
      [bindView],
      'bind clusterroles.rbac.authorization.k8s.io "admin"',
    ],
    ['a ClusterRole whose rules it covers, unnamed', { clusterRole: 'view' }, [pods], 'bind clusterroles'],
  ];
  for (const [title, members, ceiling, beyond] of cases) {
    it(`${beyond === undefined ? 'grants' : 'withholds'} ${title}`, () => {
      const made = world(members, ceiling);
      const planned = made.plan();
      const id = 'clusterRole' in members ? BINDING : ROLE;
      if (beyond === undefined) {
        expect(dueSlots(planned)).to.not.deep.equal([]);
        expect(slotOf(planned, id).change?.action).to.equal('create');
        return;
      }
      expect(dueSlots(planned)).to.deep.equal([]);
      expect(slotOf(planned, id)).to.include({ state: 'Blocked', reason: 'BeyondGrantable', uid: '' });
      expect(slotOf(planned, id).message).to.include(beyond).and.to.include('parapet.dev/grantable=true');
      expect(slotOf(planned, id).message.length).to.be.at.most(1024);
    });
  }

  it('gives a rule to copy', () => {
    const { message } = slotOf(world({ rules: [pods, scale] }, [pods]).plan(), ROLE);
    expect(message).to.include('{"apiGroups":["apps"],"resources":["deployments/scale"],"verbs":["update"]}');
    const { message: toBind } = slotOf(world({ clusterRole: 'view' }, []).plan(), BINDING);
    expect(toBind).to.include(JSON.stringify(bindView));
  });

  it('leaves the judgement to the API server where it is not known', () => {
    expect(dueSlots(world({ rules: [scale] }).plan()).map(({ slot }) => slot)).to.deep.equal([ROLE, BINDING]);
    expect(dueSlots(world({ clusterRole: 'nowhere' }).plan()).map(({ slot }) => slot)).to.deep.equal([BINDING]);
  });

  it('withholds the binding of a Role beyond it, also where its subjects have a flaw of their own', () => {
    const made = world({ rules: [scale], subjects: [onCall, team] }, [pods]);
    expect(slotOf(made.plan(), BINDING)).to.include({
      state: 'Blocked',
      reason: 'BeyondGrantable',
      message: `waits for ${ROLE}`,
    });
  });

  it('takes away binding and then Role where it was lowered, and gives both back where it is raised, none as a repair', () => {
    const made = world({ rules: [pods, scale] }, [pods, scale]);
    made.converge();
    const lowered = limit(made, [pods]).converge();
    expect(dueSlots(lowered).map(({ slot, state, change }) => [slot, state, change.action])).to.deep.equal([
      [BINDING, 'Pending', 'delete'],
      [ROLE, 'Pending', 'delete'],
    ]);
    expect(slotOf(lowered, ROLE).afterwards).to.include({ state: 'Blocked', reason: 'BeyondGrantable' });
    expect(dueSlots(made.plan())).to.deep.equal([]);
    const raised = limit(made, [pods, scale]).converge();
    expect(dueSlots(raised).map(({ slot, state, change }) => [slot, state, change.action])).to.deep.equal([
      [ROLE, 'Pending', 'create'],
      [BINDING, 'Pending', 'create'],
    ]);
    expect(made.plan().slots.map(({ state }) => state)).to.deep.equal(['OK', 'OK']);
  });

  it('takes a binding to a ClusterRole away that may not be bound any more', () => {
    const made = world({ clusterRole: 'view' }, [bindView]);
    made.converge();
    limit(made, [pods]).converge();
    expect([...made.live.keys()]).to.deep.equal([]);
  });

  it('leaves what a suspended policy holds, and what a departed one left behind', () => {
    const made = world({ rules: [scale] }, [scale]);
    made.converge();
    limit(made, []);
    const [acting] = made.policies;
    if (acting === undefined) throw new Error('no policy');
    made.policies = [{ ...acting, suspend: true }];
    expect(dueSlots(made.plan())).to.deep.equal([]);
    made.policies = [];
    expect(dueSlots(made.plan())).to.deep.equal([]);
  });

  it('foretells it for an Audit policy', () => {
    const [{ slots } = { slots: [] }] = world({ rules: [scale] }, [pods], { mode: 'Audit' }).plan().audits;
    expect(slotOf({ slots }, ROLE)).to.include({ state: 'Blocked', reason: 'BeyondGrantable' });
  });

  it('binds a ClusterRole that is not there yet, and says that it grants nothing', () => {
    const made = world({ clusterRole: 'soon' }, [{ ...bindView, resourceNames: ['soon'] }]);
    made.converge();
    expect(made.live.has(BINDING)).to.equal(true);
    expect(slotOf(made.plan(), BINDING)).to.include({ state: 'Blocked', reason: 'RoleMissing' });
    made.clusterRoles.set('soon', { rules: [pods] });
    expect(slotOf(made.plan(), BINDING)).to.include({ state: 'OK' });
  });

  it('is at rest after one round, whatever the policies and wherever the ceiling goes', () => {
    const specs = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), generatedSpec), {
      minLength: 1,
      selector: ([name]) => name,
    });
    const viewer = { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] };
    const ceilings = fc.subarray<Rules[number]>([viewer, { ...viewer, resources: ['pods'] }, bindView]);
    fc.assert(
      fc.property(specs, fc.array(ceilings, { minLength: 1, maxLength: 3 }), (all, moves) => {
        const made = new World(all.map(([name, spec]) => policy(name, spec)));
        made.clusterRoles.set('view', { rules: [pods] });
        for (const rules of moves) {
          limit(made, rules).converge();
          expect(dueSlots(made.plan()).map(({ slot }) => slot)).to.deep.equal([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
