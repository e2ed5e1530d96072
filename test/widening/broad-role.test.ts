import { expect } from 'chai';
import { broadRole } from '../../src/widening/broad-role.ts';
import type { RbacRule } from '../../src/widening/rights.ts';

const core = (resources: readonly string[], verbs: readonly string[]): RbacRule => ({
  apiGroups: [''],
  resources,
  verbs,
});

describe('broadRole', () => {
  const broad: readonly [title: string, rule: RbacRule, reason: string, right: string][] = [
    ['any verb', core(['pods'], ['get', '*']), 'GrantsWildcard', '* pods'],
    ['any resource', core(['*'], ['get']), 'GrantsWildcard', 'get *'],
    ['a subresource of any resource', core(['*/scale'], ['get']), 'GrantsWildcard', 'get */scale'],
    ['any group', { apiGroups: ['*'], resources: ['pods'], verbs: ['get'] }, 'GrantsWildcard', 'get pods.*'],
    [
      'escalate',
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate'] },
      'GrantsEscalation',
      'escalate roles.rbac.authorization.k8s.io',
    ],
    [
      'bind, even of named roles',
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['bind'],
        resourceNames: ['view'],
      },
      'GrantsEscalation',
      'bind clusterroles.rbac.authorization.k8s.io',
    ],
    ['impersonate', core(['serviceaccounts'], ['impersonate']), 'GrantsEscalation', 'impersonate serviceaccounts'],
    ['getting Secrets', core(['configmaps', 'secrets'], ['get']), 'ReadsSecrets', 'get secrets'],
    ['listing Secrets', core(['secrets'], ['list']), 'ReadsSecrets', 'list secrets'],
    ['watching Secrets', core(['secrets'], ['create', 'watch']), 'ReadsSecrets', 'watch secrets'],
    [
      'Secrets of the empty name, which is all of them',
      { ...core(['secrets'], ['list']), resourceNames: [''] },
      'ReadsSecrets',
      'list secrets',
    ],
    ['exec', core(['pods/exec'], ['create']), 'ExecsIntoPods', 'create pods/exec'],
    ['exec by WebSocket', core(['pods/exec'], ['get']), 'ExecsIntoPods', 'get pods/exec'],
    ['attach', core(['pods/attach'], ['create']), 'ExecsIntoPods', 'create pods/attach'],
    [
      'a debug container',
      core(['pods/ephemeralcontainers'], ['patch']),
      'ExecsIntoPods',
      'patch pods/ephemeralcontainers',
    ],
  ];
  for (const [title, rule, reason, right] of broad) {
    it(`finds ${title}`, () => {
      expect(broadRole([core(['pods'], ['get']), rule], 'namespace')).to.deep.equal({ reason, right });
    });
  }

  const narrow: readonly [title: string, rule: RbacRule][] = [
    ['reading everything but Secrets', core(['pods', 'pods/log', 'configmaps', 'services'], ['get', 'list', 'watch'])],
    ['Secrets that are named', { ...core(['secrets'], ['get', 'watch']), resourceNames: ['tls'] }],
    ['writing Secrets without reading them', core(['secrets'], ['create', 'delete'])],
    ['secrets of another group', { apiGroups: ['example.com'], resources: ['secrets'], verbs: ['get'] }],
    ['port forwarding', core(['pods/portforward'], ['create'])],
    ['exec into pods that are named', { ...core(['pods/exec'], ['create']), resourceNames: ['db-0'] }],
    ['a rule without verbs', core(['*'], [])],
    ['a rule without resources', { apiGroups: ['*'], verbs: ['*'] }],
    ['URLs, which a RoleBinding cannot grant', { nonResourceURLs: ['*'], verbs: ['*'] }],
  ];
  for (const [title, rule] of narrow) {
    it(`finds nothing in ${title}`, () => {
      expect(broadRole([rule], 'namespace')).to.equal(undefined);
    });
  }

  it('finds every URL where it is granted for the whole cluster', () => {
    const rule = { nonResourceURLs: ['/healthz', '/*'], verbs: ['get'] };
    expect(broadRole([rule], 'cluster')).to.deep.equal({ reason: 'GrantsWildcard', right: 'get /*' });
    expect(broadRole([{ nonResourceURLs: ['/healthz'], verbs: ['get'] }], 'cluster')).to.equal(undefined);
  });

  it('finds any verb on a URL where it is granted for the whole cluster', () => {
    const rule = { nonResourceURLs: ['/logs'], verbs: ['get', '*'] };
    expect(broadRole([rule], 'cluster')).to.deep.equal({ reason: 'GrantsWildcard', right: '* /logs' });
  });

  it('finds nothing in the discovery that Kubernetes grants to everybody', () => {
    const rule = { nonResourceURLs: ['/api', '/api/*', '/openapi/*', '/healthz'], verbs: ['get'] };
    expect(broadRole([rule], 'cluster')).to.equal(undefined);
  });
});
