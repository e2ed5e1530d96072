import { expect } from 'chai';
import { clusterGrants } from '../../src/plan/cluster-grants.ts';
import type { LiveObject } from '../../src/plan/snapshot.ts';
import type { Json } from '../../src/slots/kube-object.ts';
import type { Content } from '../../src/slots/slot-kind.ts';

const clusterRoles = new Map<string, Content>([
  ['cluster-admin', { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }],
  ['urls', { rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }] }],
  ['bind-view', { rules: [bindOf('view')] }],
  ['bind-any', { rules: [bindOf()] }],
  ['bind-urls', { rules: [bindOf('view', 'urls')] }],
  ['bind-gone', { rules: [bindOf('gone')] }],
  ['bind-bind', { rules: [bindOf('bind-view')] }],
  ['escalate-view', { rules: [{ ...bindOf('view'), verbs: ['bind', 'escalate'] }] }],
  ['secrets', { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }],
  ['bind-secrets', { rules: [bindOf('view', 'secrets')] }],
  ['view', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
]);

function bindOf(...resourceNames: readonly string[]): Readonly<Record<string, Json>> {
  return { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['bind'], resourceNames };
}

function binding(name: string, role: string, ...subjects: readonly Json[]): LiveObject {
  const content = { roleRef: { kind: 'ClusterRole', name: role }, subjects };
  const metadata = { labels: {}, annotations: {}, managers: ['kubectl'] };
  return { kind: 'ClusterRoleBinding', name, uid: `uid-${name}`, resourceVersion: '1', content, ...metadata };
}

const group = (name: string): Json => ({ kind: 'Group', name });
const account = (namespace: string, name: string): Json => ({ kind: 'ServiceAccount', namespace, name });

describe('clusterGrants', () => {
  it('tells who is granted what by whom, sorted by binding', () => {
    const bindings = [
      binding('z', 'urls', group('team')),
      binding('a', 'cluster-admin', account('ci', 'runner'), group('ops')),
    ];
    expect(clusterGrants(bindings, clusterRoles)).to.deep.equal([
      {
        binding: 'a',
        uid: 'uid-a',
        reason: 'GrantsWildcard',
        message:
          'binds ClusterRole/cluster-admin, which grants "* *.*", to ServiceAccount ci/runner and 1 more in every namespace; managed by kubectl',
      },
      {
        binding: 'z',
        uid: 'uid-z',
        reason: 'GrantsWildcard',
        message: 'binds ClusterRole/urls, which grants "get *", to Group team in every namespace; managed by kubectl',
      },
    ]);
  });

  const own: readonly [title: string, LiveObject][] = [
    ['system:masters', binding('cluster-admin', 'cluster-admin', group('system:masters'))],
    ['a component of Kubernetes', binding('x', 'cluster-admin', { kind: 'User', name: 'system:kube-scheduler' })],
    [
      'a controller in kube-system by a binding of Kubernetes',
      binding('system:controller:x', 'cluster-admin', account('kube-system', 'x')),
    ],
    ['nobody', binding('x', 'cluster-admin')],
    ['a narrow role', binding('x', 'view', group('team'))],
    ['binding a narrow role that is named, as the operator may', binding('x', 'bind-view', group('team'))],
    ['a role that is not there', binding('x', 'gone', group('team'))],
  ];
  for (const [title, object] of own) {
    it(`is silent about ${title}`, () => expect(clusterGrants([object], clusterRoles)).to.deep.equal([]));
  }

  const others: readonly [title: string, LiveObject][] = [
    [
      'somebody added to a binding of Kubernetes',
      binding('cluster-admin', 'cluster-admin', group('system:masters'), group('team')),
    ],
    ['everybody', binding('system:x', 'cluster-admin', group('system:authenticated'))],
    ['all service accounts of a namespace', binding('x', 'cluster-admin', group('system:serviceaccounts:ci'))],
    [
      'somebody in kube-system by a binding of his own',
      binding('tiller', 'cluster-admin', account('kube-system', 'tiller')),
    ],
    ['binding any role', binding('x', 'bind-any', group('team'))],
    ['binding a broad role that is named', binding('x', 'bind-urls', group('team'))],
    ['binding a role that is not there', binding('x', 'bind-gone', group('team'))],
    ['binding a role that binds', binding('x', 'bind-bind', group('team'))],
    ['escalating a narrow role', binding('x', 'escalate-view', group('team'))],
    ['a service account elsewhere by a name of Kubernetes', binding('system:x', 'cluster-admin', account('ci', 'x'))],
  ];

  describe('of what the operator may grant', () => {
    const grantable = binding('parapet-grantable', 'parapet-grantable', account('parapet-system', 'parapet'));
    const granting = (role: string): number => {
      const rules = clusterRoles.get(role) ?? {};
      return clusterGrants([grantable], new Map([...clusterRoles, ['parapet-grantable', rules]])).length;
    };

    it('is silent where it may bind what is narrow', () => expect(granting('bind-view')).to.equal(0));
    it('tells where it may bind what is broad', () => expect(granting('bind-secrets')).to.equal(1));
    it('tells where it may grant what is broad', () => expect(granting('cluster-admin')).to.equal(1));
  });

  for (const [title, object] of others) {
    it(`tells of ${title}`, () => expect(clusterGrants([object], clusterRoles)).to.have.length(1));
  }
});
