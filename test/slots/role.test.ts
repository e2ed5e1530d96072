import { expect } from 'chai';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { role } from '../../src/slots/role.ts';
import { claim, context, named } from './fold-context.ts';

type Block = Parameters<typeof role.validate>[0];

const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const group = { kind: 'Group', name: 'developers' };

function block(members: Readonly<Record<string, unknown>> = {}): Block {
  return [{ name: 'view', rules: [rule], subjects: [group], ...members }] as Block;
}

describe('role: fold', () => {
  it('makes a Role, and a RoleBinding that needs it', () => {
    const desired = role.fold([claim('a', block())], context());
    expect(desired).to.have.length(2);
    expect(named(desired, 'parapet-view', 'Role').content).to.deep.equal({ rules: [rule] });
    const binding = named(desired, 'parapet-view', 'RoleBinding');
    expect(binding.needs).to.equal('Role/parapet-view');
    expect(binding.content).to.deep.equal({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'parapet-view' },
      subjects: [{ ...group, apiGroup: 'rbac.authorization.k8s.io' }],
    });
  });

  it('takes a service account without a namespace from the bound namespace', () => {
    const subjects = [
      { kind: 'ServiceAccount', name: 'bot' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
    ];
    const binding = named(role.fold([claim('a', block({ subjects }))], context()), 'parapet-view', 'RoleBinding');
    expect(binding.content['subjects']).to.deep.equal([
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'team-a' },
    ]);
  });

  it('never mixes two policies: rules and subjects come from one winner', () => {
    const low = claim('low', block({ subjects: [{ kind: 'User', name: 'mallory' }] }), 1);
    const high = claim('high', block({ rules: [{ ...rule, verbs: ['list'] }] }), 2);
    const desired = role.fold([low, high], context());
    expect(desired.map(({ policies, conflicts }) => [policies, conflicts])).to.deep.equal([
      [['high'], []],
      [['high'], []],
    ]);
    expect(JSON.stringify(desired)).to.not.include('mallory');
  });

  it('names the loser of a tie on the object that differs only', () => {
    const desired = role.fold(
      [claim('a', block()), claim('b', block({ subjects: [{ kind: 'User', name: 'mallory' }] }))],
      context(),
    );
    expect(named(desired, 'parapet-view', 'Role').conflicts).to.deep.equal([]);
    expect(named(desired, 'parapet-view', 'RoleBinding').conflicts).to.deep.equal([{ policy: 'b', winner: 'a' }]);
  });

  it('makes only a RoleBinding to a ClusterRole, which needs no Role', () => {
    const desired = role.fold([claim('a', block({ rules: undefined, clusterRole: 'view' }))], context());
    expect(desired).to.have.length(1);
    expect(desired[0]).to.not.have.any.keys('needs', 'flaw');
    expect(desired[0]?.content['roleRef']).to.deep.equal({
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'view',
    });
  });

  it('asks for no Role of a lower policy beside the binding of a higher one', () => {
    const high = claim('high', block({ rules: undefined, clusterRole: 'view' }), 2);
    const desired = role.fold([claim('low', block(), 1), high], context());
    expect(desired.map(({ kind, policies }) => [kind, policies])).to.deep.equal([['RoleBinding', ['high']]]);
  });

  it('names a group by a label of the namespace', () => {
    const subjects = [{ kind: 'Group', nameFrom: { label: 'team', prefix: 'oidc:' } }];
    const namespace = { name: 'checkout', labels: { team: 'payments' } };
    const desired = role.fold([claim('a', block({ subjects }))], context({ namespace }));
    expect(named(desired, 'parapet-view', 'RoleBinding').content['subjects']).to.deep.equal([
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'oidc:payments' },
    ]);
  });

  it('creates the Role first and deletes it last', () => {
    const order = (kind: string) => objectKindOf(kind)?.order('parapet-view', undefined, undefined) ?? 0;
    expect(order('Role')).to.be.lessThan(order('RoleBinding'));
  });
});

describe('role: normalize', () => {
  const rules = (...given: readonly unknown[]) => objectKindOf('Role')?.normalize({ rules: given });
  const binding = (members: unknown) =>
    objectKindOf('RoleBinding')?.normalize(members as Readonly<Record<string, unknown>>);

  it('takes the lists of a rule as sets, and rules in their order', () => {
    expect(rules({ verbs: ['list', 'get', 'get'], resources: ['b', 'a'], resourceNames: [] }, rule)).to.deep.equal({
      rules: [{ resources: ['a', 'b'], verbs: ['get', 'list'] }, rule],
    });
  });

  it('tells every group from no group', () => {
    expect(rules({ apiGroups: [''] })).to.not.deep.equal(rules({ apiGroups: [] }));
  });

  it('has no rules where Kubernetes answers null', () => {
    expect(objectKindOf('Role')?.normalize({ rules: null })).to.deep.equal({});
  });

  it('fills in the API groups that Kubernetes implies', () => {
    const roleRef = { kind: 'Role', name: 'x' };
    const subjects = [
      { kind: 'User', name: 'u' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n', apiGroup: '' },
    ];
    const apiGroup = 'rbac.authorization.k8s.io';
    expect(binding({ roleRef, subjects })).to.deep.equal({
      roleRef: { ...roleRef, apiGroup },
      subjects: [
        { kind: 'User', name: 'u', apiGroup },
        { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      ],
    });
  });

  it('sees an added subject, but not another order of them', () => {
    const roleRef = { kind: 'Role', name: 'x' };
    const [a, b] = [
      { kind: 'User', name: 'a' },
      { kind: 'User', name: 'b' },
    ];
    expect(binding({ roleRef, subjects: [a, b] })).to.deep.equal(binding({ roleRef, subjects: [b, a] }));
    expect(binding({ roleRef, subjects: [a, b] })).to.not.deep.equal(binding({ roleRef, subjects: [a] }));
  });
});

describe('role: needsRecreate', () => {
  const kind = objectKindOf('RoleBinding');
  const binding = (name: string, ...subjects: readonly unknown[]) =>
    kind?.normalize({ roleRef: { kind: 'Role', name }, subjects }) ?? {};

  it('is for a changed roleRef, which Kubernetes holds immutable', () => {
    expect(kind?.needsRecreate?.(binding('a'), binding('b'))).to.equal(true);
    expect(kind?.needsRecreate?.(binding('a'), binding('a', group))).to.equal(false);
  });
});

describe('role: validate', () => {
  for (const [path, members] of [
    ['[0].rules[0].verbs[0]', { rules: [{ ...rule, verbs: ['*'] }] }],
    ['[0].rules[0].verbs[1]', { rules: [{ ...rule, verbs: ['get', 'escalate'] }] }],
    ['[0].rules[0].verbs[0]', { rules: [{ ...rule, verbs: ['bind'] }] }],
    ['[0].rules[0].verbs[0]', { rules: [{ ...rule, verbs: ['impersonate'] }] }],
    ['[0].rules[1].resources[0]', { rules: [rule, { ...rule, resources: ['pods/*'] }] }],
    ['[0].rules[0].resources[0]', { rules: [{ ...rule, resources: ['*/scale'] }] }],
    ['[0].rules[0].apiGroups[0]', { rules: [{ ...rule, apiGroups: ['*'] }] }],
    ['[0].subjects[0].name', { subjects: [{ kind: 'Group', name: 'system:masters' }] }],
    ['[0].subjects[0].name', { subjects: [{ kind: 'Group', name: 'system:serviceaccounts:team-a' }] }],
    ['[0].subjects[0].name', { subjects: [{ kind: 'User', name: 'system:anonymous' }] }],
    ['[0].subjects[0].name', { subjects: [{ kind: 'ServiceAccount', name: 'Not A Name' }] }],
    ['[0].subjects[0].namespace', { subjects: [{ ...group, namespace: 'a' }] }],
    ['[0].rules', { rules: undefined }],
    ['[0].clusterRole', { clusterRole: 'view' }],
    ['[0].subjects[0].name', { subjects: [{ kind: 'Group' }] }],
    ['[0].subjects[0].name', { subjects: [{ ...group, nameFrom: { label: 'a', prefix: 'b' } }] }],
    ['[0].subjects[0].nameFrom', { subjects: [{ kind: 'User', nameFrom: { label: 'a', prefix: 'b' } }] }],
    ['[0].subjects[0].nameFrom.prefix', { subjects: [{ kind: 'Group', nameFrom: { label: 'a', prefix: 'system:' } }] }],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(members)}`, () => {
      expect(role.validate(block(members)).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it('names the second of two roles with one name', () => {
    expect(role.validate([...block(), ...block()]).map((problem) => problem.path)).to.deep.equal(['[1].name']);
  });

  it('lets one service account and ordinary groups pass', () => {
    const subjects = [
      group,
      { kind: 'User', name: 'system:serviceaccount:ci:bot' },
      { kind: 'ServiceAccount', name: 'bot' },
    ];
    expect(role.validate(block({ subjects }))).to.deep.equal([]);
  });
});
