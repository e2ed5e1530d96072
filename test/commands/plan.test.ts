import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Preview } from '../../src/output/preview.ts';
import { createWorkspace, parapet } from './support/workspace.ts';
import type { Result, Workspace } from './support/workspace.ts';

const namespaces = `apiVersion: v1
kind: NamespaceList
items:
  - {apiVersion: v1, kind: Namespace, metadata: {name: team-a, labels: {size: large}}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: team-b}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: team-c}}
  - {apiVersion: v1, kind: Namespace, metadata: {name: kube-system}}
`;

const policy = (name: string, spec: object): string =>
  JSON.stringify({ apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy', metadata: { name }, spec });

const base = {
  mode: 'Enforce',
  namespaceSelector: {},
  excludeNames: ['team-c'],
  networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] },
  resourceQuotas: [
    { name: 'compute', hard: { pods: 40 } },
    { name: 'old', hard: { services: 4 } },
  ],
};
const large = {
  mode: 'Enforce',
  priority: 200,
  namespaceSelector: { matchLabels: { size: 'large' } },
  resourceQuotas: [{ name: 'compute', hard: { pods: 400 } }],
};

describe('parapet plan, from manifests', () => {
  let files: Workspace;
  before(async () => {
    files = await createWorkspace();
    await files.write({ 'now/namespaces.yaml': namespaces, 'now/policies/base.json': policy('base', base) });
  });
  after(() => files.remove());

  async function planned(name: string, text: string, ...flags: readonly string[]): Promise<Result> {
    await files.write({ [name]: text });
    return parapet('plan', '-f', files.path(name), '--manifests', files.path('now'), ...flags);
  }

  async function previewed(text: string): Promise<Preview> {
    return JSON.parse((await planned('next.yaml', text, '-o', 'json')).out) as Preview;
  }

  const changesIn = (preview: Preview, wanted: string): readonly string[] =>
    preview.namespaces
      .find(({ namespace }) => namespace === wanted)
      ?.changes.map(({ action, slot, policies }) => `${action} ${slot} ${policies.join()}`) ?? [];

  it('changes nothing where the files are what is there, and ends with code 0', async () => {
    const { code, out } = await planned('same.yaml', policy('base', base));
    expect(code).to.equal(0);
    expect(out).to.match(/^No change\.\n/);
  });

  it('starts from where the policies of now lead, though the files hold no object that Parapet wrote', async () => {
    const preview = await previewed(policy('base', { ...base, resourceQuotas: base.resourceQuotas.slice(0, 1) }));
    expect(preview.summary.objects).to.deep.equal({ created: 0, changed: 0, deleted: 2, dueAnyway: 0 });
    expect(changesIn(preview, 'team-a')).to.deep.equal(['delete ResourceQuota/parapet-old base']);
  });

  it('takes a policy that takes its objects along for one that has its finalizer', async () => {
    const preview = await previewed(policy('more', { ...large, deletionPolicy: 'Delete' }));
    expect(changesIn(preview, 'team-a')).to.deep.equal(['change ResourceQuota/parapet-compute more']);
  });

  it('tells a change of what becomes of the objects', async () => {
    const preview = await previewed(policy('base', { ...base, deletionPolicy: 'Delete' }));
    expect(preview.policies.map(({ change }) => change)).to.deep.equal(['changed']);
    expect(preview.namespaces).to.deep.equal([]);
  });

  it('shows what goes with namespaces that leave the selection of a policy that takes its objects along', async () => {
    const takesAlong = { ...base, deletionPolicy: 'Delete' };
    await files.write({ 'now/policies/base.json': policy('base', takesAlong) });
    const preview = await previewed(policy('base', { ...takesAlong, excludeNames: ['team-b', 'team-c'] }));
    await files.write({ 'now/policies/base.json': policy('base', base) });
    expect(changesIn(preview, 'team-b')).to.deep.equal([
      'delete ResourceQuota/parapet-old base',
      'delete ResourceQuota/parapet-compute base',
      'delete NetworkPolicy/parapet-default-deny base',
      'delete NetworkPolicy/parapet-allow-same-namespace base',
    ]);
    expect(preview.summary.namespaces.noLongerMatched).to.deep.equal(['team-b']);
  });

  it('tells the blast radius first: who is newly matched, no longer matched and newly denied', async () => {
    const { code, out } = await planned(
      'next.yaml',
      policy('base', { ...base, excludeNames: ['team-b'], networkPolicy: { defaultDeny: ['Ingress', 'Egress'] } }),
    );
    expect(code).to.equal(1);
    expect(out.split('\n').slice(0, 5)).to.deep.equal([
      'Namespaces: 2 of 4 matched',
      '  newly matched: 1 (team-c)',
      '  no longer matched: 1 (team-b)',
      '  changed: 2 (team-a, team-c)',
      '  newly denied: 2 (team-a, team-c)',
    ]);
  });

  it('shows each field that changes, and whose object it becomes', async () => {
    const { out } = await planned('next.yaml', policy('large', large));
    expect(out).to.include(
      [
        '  ~ ResourceQuota/parapet-compute (large)',
        '      /spec/hard/pods: "40" -> "400"',
        '      /metadata/annotations/parapet.dev~1policies: "base" -> "large"',
        '',
      ].join('\n'),
    );
  });

  it('gives the whole object as it will be', async () => {
    const preview = await previewed(policy('large', large));
    expect(preview.namespaces[0]?.changes[0]?.object).to.deep.equal({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: {
        name: 'parapet-compute',
        namespace: 'team-a',
        labels: { 'app.kubernetes.io/managed-by': 'parapet', 'parapet.dev/slot': 'parapet-compute' },
        annotations: { 'parapet.dev/policies': 'large' },
      },
      spec: { hard: { pods: '400' } },
    });
  });

  it('keeps what a policy holds that turns to Audit, and says so', async () => {
    const preview = await previewed(policy('base', { ...base, mode: 'Audit' }));
    expect(preview.summary.objects).to.include({ created: 0, changed: 0, deleted: 0 });
    const states = preview.namespaces.flatMap(({ findings }) => findings.map(({ state }) => state));
    expect(new Set(states)).to.deep.equal(new Set(['Frozen']));
  });

  it('counts what an Audit policy would find as a change, though it writes nothing', async () => {
    const text = policy('proposal', { ...large, mode: 'Audit' });
    const { code, out } = await planned('next.yaml', text);
    expect(code).to.equal(1);
    expect(out).to.include('  ! ResourceQuota/parapet-compute: Modified (proposal only reports)');
  });

  it('plans for namespaces that the files add or relabel', async () => {
    const added = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-d","labels":{"size":"large"}}}';
    const labelled = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-b","labels":{"size":"large"}}}';
    const preview = await previewed([policy('large', large), added, labelled].join('\n---\n'));
    expect(preview.summary.namespaces).to.include({ total: 5 });
    expect(preview.summary.namespaces.newlyMatched).to.deep.equal(['team-a', 'team-b', 'team-d']);
    expect(changesIn(preview, 'team-d')).to.include('create ResourceQuota/parapet-compute large');
    expect(changesIn(preview, 'team-b')).to.deep.equal(['change ResourceQuota/parapet-compute large']);
  });

  it('names a stranger’s object that is in the way', async () => {
    await files.write({
      'with-stranger/namespaces.yaml': namespaces,
      'with-stranger/quota.yaml':
        'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: parapet-compute, namespace: team-a}\nspec: {hard: {pods: "1"}}\n',
      'next.yaml': policy('large', large),
    });
    const { out } = await parapet('plan', '-f', files.path('next.yaml'), '--manifests', files.path('with-stranger'));
    expect(out).to.include('  ! ResourceQuota/parapet-compute: Foreign: was there before');
  });

  it('names what others open against what the policy would close', async () => {
    await files.write({
      'with-open/namespaces.yaml': namespaces,
      'with-open/open.yaml':
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open, namespace: team-a}\nspec: {ingress: [{}]}\n',
      'next.yaml': policy('base', base),
    });
    const { out } = await parapet('plan', '-f', files.path('next.yaml'), '--manifests', files.path('with-open'));
    expect(out).to.include('  ! NetworkPolicy/open: Widened: ingress rule 1 is open to every peer');
  });

  it('can mend a policy of now that is invalid', async () => {
    await files.write({
      'broken/namespaces.yaml': namespaces,
      'broken/base.json': policy('base', { ...base, mode: 'Enforced' }),
      'next.yaml': policy('base', base),
    });
    const { code, err } = await parapet('plan', '-f', files.path('next.yaml'), '--manifests', files.path('broken'));
    expect(code, err).to.equal(1);
  });

  it('writes several formats at once: one to stdout, the others to files', async () => {
    const [json, yaml, markdown] = ['p.json', 'p.yaml', 'p.md'].map((name) => files.path(name));
    const outputs = ['-o', 'table', '-o', `json=${json}`, '-o', `yaml=${yaml}`, '-o', `markdown=${markdown}`];
    const { out } = await planned('next.yaml', policy('large', large), ...outputs);
    expect(out).to.match(/^Namespaces: 2 of 4 matched\n/);
    const data: unknown = JSON.parse(await readFile(json ?? '', 'utf8'));
    expect(parse(await readFile(yaml ?? '', 'utf8'))).to.deep.equal(data);
    expect(await readFile(markdown ?? '', 'utf8'))
      .to.match(/^### Parapet: what this would change\n\n\| blast radius \| \|/)
      .and.include(out.trimEnd());
  });

  it('says the same twice, and nothing but data on stdout', async () => {
    const once = await planned('next.yaml', policy('large', large));
    expect(await planned('next.yaml', policy('large', large))).to.deep.equal(once);
    expect(once.out).not.to.include('parapet:');
    expect(once.err).to.match(/^parapet: read the files of .*\nparapet: assumed: DNS.*\nparapet: unknown: .*\n$/);
  });

  it('ends with its answer where the reader of stdout has seen enough', async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `n-${index}` } }),
    );
    await files.write({ 'many.yaml': many.join('\n---\n'), 'next.yaml': policy('base', base) });
    const paths = ['-f', files.path('next.yaml'), '--manifests', files.path('many.yaml')];
    const child = spawn(process.execPath, ['src/main.ts', 'plan', ...paths, '-o', 'json']);
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(err).not.to.include('EPIPE');
    expect(code).to.equal(1);
  });

  describe('exit codes', () => {
    const same = policy('base', base);
    const changed = policy('large', large);
    const invalid = policy('base', { ...base, mode: 'Enforced' });
    const codes = [
      [same, [], 0],
      [changed, [], 1],
      [invalid, [], 2],
      [changed, ['-o', 'sarif'], 2],
      [changed, ['-o', 'json', '-o', 'yaml'], 2],
      [changed, ['--context', 'c'], 2],
      [same, ['--detailed-exitcode'], 0],
      [changed, ['--detailed-exitcode'], 2],
      [invalid, ['--detailed-exitcode'], 1],
      [changed, ['--detailed-exitcode', '-o', 'sarif'], 1],
    ] as const;
    for (const [text, flags, expected] of codes) {
      const which = text === same ? 'no change' : text === changed ? 'changes' : 'an invalid policy';
      it(`ends with code ${expected} for ${which}${flags.length === 0 ? '' : ` and ${flags.join(' ')}`}`, async () => {
        const { code, out, err } = await planned('next.yaml', text, ...flags);
        expect(code).to.equal(expected);
        if (text === invalid) expect(err).to.match(/next\.yaml:1:\d+: ClusterSecurityPolicy\/base: spec\.mode: /);
        expect(err).not.to.include('Usage');
        expect(out === '').to.equal(text === invalid || err.includes('output') || err.includes('context'));
      });
    }
  });
});
