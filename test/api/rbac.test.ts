import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { exceptionResource, policyResource, postureResource } from '../../src/api/resources.ts';
import { objectKinds, wholeKinds } from '../../src/slots/object-kinds.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}
interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly rules?: readonly Rule[];
  /** Of a kustomization. */
  readonly resources?: readonly string[];
}

const folder = new URL('../../config/rbac/', import.meta.url);
const documents = readdirSync(folder).flatMap((name) =>
  parseAllDocuments(readFileSync(new URL(name, folder), 'utf8')).map((document) => document.toJS() as Document),
);
const allRules = documents.flatMap(({ rules = [] }) => rules);
const operator =
  documents.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'parapet')?.rules ?? [];

function verbsFor(group: string, resource: string): readonly string[] {
  return operator
    .filter(({ apiGroups, resources }) => apiGroups.includes(group) && resources.includes(resource))
    .flatMap(({ verbs }) => verbs);
}

describe('config/rbac', () => {
  it('has no wildcard, no way to more permissions, and no Secrets', () => {
    const words = allRules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(words.filter((word) => word.includes('*'))).to.deep.equal([]);
    expect(words).to.not.include.oneOf(['escalate', 'impersonate', 'secrets']);
  });

  it('lets the operator bind nothing but ClusterRoles that a grantable one names', () => {
    const binding = documents.filter(({ rules = [] }) => rules.some(({ verbs }) => verbs.includes('bind')));
    expect(binding.map(({ metadata }) => metadata.labels?.['parapet.dev/grantable'])).to.deep.equal(['true']);
    for (const { verbs, resources, resourceNames } of binding.flatMap(({ rules = [] }) => rules)) {
      expect({ verbs, resources }).to.deep.equal({ verbs: ['bind'], resources: ['clusterroles'] });
      expect(resourceNames).to.deep.equal(['view']);
    }
  });

  it('lets the operator keep every kind of object that slots are made of', () => {
    for (const { resource } of wholeKinds) {
      expect(verbsFor(resource.group, resource.plural), resource.kind).to.deep.equal([
        'list',
        'watch',
        'create',
        'patch',
        'delete',
      ]);
    }
  });

  it('lets the operator patch the objects whose fields are slots, and neither create nor delete them', () => {
    const shared = objectKinds.filter(({ fields }) => fields !== undefined);
    expect(shared).not.to.be.empty;
    for (const { resource, fields } of shared) {
      expect(verbsFor(resource.group, resource.plural)).to.have.members(['list', 'watch', 'patch']);
      const rule = operator.find(
        ({ resources, verbs }) => resources.includes(resource.plural) && verbs.includes('patch'),
      );
      expect(rule?.resourceNames).to.deep.equal(fields?.only === undefined ? undefined : [fields.only]);
    }
  });

  it('lets the operator read policies and exceptions and write their status and policies’ finalizers, and neither create nor delete any', () => {
    expect(verbsFor(policyResource.group, policyResource.plural)).to.deep.equal(['list', 'watch', 'patch']);
    expect(verbsFor(policyResource.group, `${policyResource.plural}/status`)).to.deep.equal(['patch']);
    expect(verbsFor(exceptionResource.group, exceptionResource.plural)).to.deep.equal(['list', 'watch']);
    expect(verbsFor(exceptionResource.group, `${exceptionResource.plural}/status`)).to.deep.equal(['patch']);
    expect(verbsFor(postureResource.group, postureResource.plural)).to.include('create');
  });

  it('lets the operator touch no Lease but its own', () => {
    const leases = allRules.filter(({ resources }) => resources.includes('leases'));
    expect(leases.map(({ verbs, resourceNames }) => ({ verbs, resourceNames }))).to.deep.equal([
      { verbs: ['create'], resourceNames: undefined }, // whose name the API server doesn't know yet
      { verbs: ['get', 'update'], resourceNames: ['parapet'] },
    ]);
  });

  it('lets the operator read a platform by name only, and nothing of Nodes', () => {
    const platform = documents.filter(({ kind, metadata }) => kind === 'Role' && metadata.name !== 'parapet-leases');
    const rules = platform.flatMap(({ rules: own = [] }) => own);
    expect(rules.filter(({ resourceNames = [] }) => resourceNames.length === 0)).to.deep.equal([]);
    expect(new Set(rules.flatMap(({ verbs }) => verbs))).to.deep.equal(new Set(['get', 'list', 'watch']));
    expect(allRules.flatMap(({ resources }) => resources)).to.not.include('nodes');
  });

  it('lists every file in the kustomization', () => {
    const listed = documents.find(({ kind }) => kind === 'Kustomization')?.resources ?? [];
    expect([...listed, 'Kustomization'].toSorted()).to.deep.equal(readdirSync(folder).toSorted());
  });
});
