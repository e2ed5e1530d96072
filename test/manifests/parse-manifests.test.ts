import { expect } from 'chai';
import { ManifestError, spelledPosition } from '../../src/manifests/manifest.ts';
import { parseManifests } from '../../src/manifests/parse-manifests.ts';

const twoDocuments = `# a comment first
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: parapet.dev/v1alpha1
kind: ClusterSecurityPolicy
metadata: {name: baseline}
spec:
  mode: Enforce
  resourceQuotas:
    - name: compute
      hard: {requests.cpu: 4}
`;

const list = `apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Namespace
    metadata: {name: a}
  - apiVersion: v1
    kind: NamespaceList
    items:
      - apiVersion: v1
        kind: Namespace
        metadata: {name: b}
`;

const named = (text: string): readonly string[] =>
  parseManifests('f.yaml', text).map(({ object, line }) => `${line} ${object.kind}/${object.metadata.name}`);

function errorOf(text: string): string {
  try {
    parseManifests('f.yaml', text);
  } catch (error) {
    expect(error).to.be.instanceOf(ManifestError);
    return (error as Error).message;
  }
  throw new Error('it was read');
}

describe('parseManifests', () => {
  it('gives every document with the line it begins at', () => {
    expect(named(twoDocuments)).to.deep.equal(['2 Namespace/team-a', '7 ClusterSecurityPolicy/baseline']);
  });

  it('takes the items out of Lists, and of Lists in Lists', () => {
    expect(named(list)).to.deep.equal(['4 Namespace/a', '10 Namespace/b']);
  });

  it('leaves out documents that are empty', () => {
    expect(named('---\n# nothing\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\n')).to.deep.equal([
      '4 Pod/p',
    ]);
  });

  it('reads JSON', () => {
    expect(named('{"apiVersion": "v1", "kind": "Pod",\n "metadata": {"name": "p"}}')).to.deep.equal(['1 Pod/p']);
  });

  const scalars = [
    ['on', true],
    ['no', false],
    ['0755', 493],
    ['1_000', 1000],
    ['22:22', '22:22'],
    ['2001-12-14', '2001-12-14'],
    ['"on"', 'on'],
    ['1e3', 1000],
    ['~', null],
  ] as const;
  for (const [text, value] of scalars) {
    it(`reads ${text} as kubectl does`, () => {
      const [manifest] = parseManifests('f.yaml', `apiVersion: v1\nkind: X\nvalue: ${text}\n`);
      expect(manifest?.object['value']).to.equal(value);
    });
  }

  const places = [
    ['spec.mode', 'f.yaml:11:3'],
    ['spec.resourceQuotas[0].name', 'f.yaml:13:7'],
    ['spec.resourceQuotas[0].hard[requests.cpu]', 'f.yaml:14:14'],
    ['spec.resourceQuotas[0].hard[pods]', 'f.yaml:14:7'],
    ['spec.namespaceSelector', 'f.yaml:10:1'],
    ['', 'f.yaml:7:1'],
  ] as const;
  for (const [path, place] of places) {
    it(`finds ${path === '' ? 'the object' : path} at ${place}`, () => {
      const manifest = parseManifests('f.yaml', twoDocuments)[1];
      expect(manifest && spelledPosition(manifest.positionOf(path))).to.equal(place);
    });
  }

  it('finds fields of a List’s items', () => {
    const manifest = parseManifests('f.yaml', list)[1];
    expect(manifest?.positionOf('metadata.name').line).to.equal(12);
  });

  const unreadable = [
    ['a tab', 'a:\n\t- b\n', /^f\.yaml:2:1: /],
    ['an open bracket', 'a: [1, 2\nb: 1\n', /^f\.yaml:\d+:\d+: [^\n]+$/],
    ['a key given twice', 'apiVersion: v1\nkind: X\nkind: Y\n', /^f\.yaml:3:1: .*unique/],
    ['a list', '- 1\n', /^f\.yaml:1:1: not a Kubernetes object/],
    ['values without a kind', 'x: 1\n---\nreplicas: 2\n', /^f\.yaml:1:1: not a Kubernetes object/],
    ['a template', 'apiVersion: v1\nkind: {{ .Values.kind }}\n', /^f\.yaml:1:1: not a Kubernetes object/],
    ['an item that is no object', 'apiVersion: v1\nkind: List\nitems:\n  - 1\n', /^f\.yaml:4:5: not a Kubernetes/],
    ['an alias to nowhere', 'apiVersion: v1\nkind: X\na: *b\n', /^f\.yaml:\d+:\d+: /],
  ] as const;
  for (const [what, text, message] of unreadable) {
    it(`refuses ${what}, naming file, line and column`, () => expect(errorOf(text)).to.match(message));
  }

  it('refuses aliases that make a small file large', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(9)}*l${n}]`);
    expect(errorOf(['apiVersion: v1', 'kind: X', 'l0: &l0 [x]', ...levels].join('\n'))).to.match(/alias/);
  });
});
