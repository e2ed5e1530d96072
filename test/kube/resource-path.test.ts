import { expect } from 'chai';
import fc from 'fast-check';
import { collectionPath, objectPath, queryString, resourceName } from '../../src/kube/resource-path.ts';
import type { Resource } from '../../src/slots/kube-object.ts';

const roles: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'roles',
  kind: 'Role',
  namespaced: true,
};
const pods: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };

describe('collectionPath', () => {
  it('tells the core group, a namespace and the whole cluster apart', () => {
    expect(collectionPath(pods)).to.equal('/api/v1/pods');
    expect(collectionPath(pods, 'team')).to.equal('/api/v1/namespaces/team/pods');
    expect(collectionPath(roles, 'team')).to.equal('/apis/rbac.authorization.k8s.io/v1/namespaces/team/roles');
  });
});

describe('objectPath', () => {
  it('keeps capitals: Team:Viewer is another Role than team:viewer', () => {
    expect(objectPath(roles, 'team', 'Team:Viewer')).to.match(/\/roles\/Team%3AViewer$/);
  });

  it('reaches one object of one kind whatever the names say', () => {
    const root = '/apis/rbac.authorization.k8s.io/v1/namespaces/';
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a/b', '../x', '?a', '#', '%2F', 'a\\b', ';'),
    );
    fc.assert(
      fc.property(text, text, (namespace, name) => {
        fc.pre(![namespace, name].some((part) => ['', '.', '..'].includes(part)));
        const url = new URL(objectPath(roles, namespace, name, 'status'), 'https://server');
        expect([url.search, url.hash]).to.deep.equal(['', '']);
        expect(url.pathname.startsWith(root)).to.equal(true);
        const segments = url.pathname.slice(root.length).split('/');
        expect(segments.map(decodeURIComponent)).to.deep.equal([namespace, 'roles', name, 'status']);
      }),
    );
  });

  for (const bad of ['', '.', '..']) {
    it(`refuses ${JSON.stringify(bad)} as a name`, () => {
      expect(() => objectPath(roles, 'team', bad)).to.throw(RangeError);
    });
  }
});

describe('queryString', () => {
  it('leaves out what is absent and encodes the rest', () => {
    expect(queryString({ a: undefined, b: 'x&y=z', limit: 500, watch: true })).to.equal(
      '?b=x%26y%3Dz&limit=500&watch=true',
    );
    expect(queryString({})).to.equal('');
  });
});

describe('resourceName', () => {
  it('is what kubectl calls a resource', () => {
    expect([resourceName(pods), resourceName(roles)]).to.deep.equal(['pods', 'roles.rbac.authorization.k8s.io']);
  });
});
