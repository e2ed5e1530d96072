import { expect } from 'chai';
import type { Preview } from '../../src/output/preview.ts';
import { createWorkspace, parapet } from './support/workspace.ts';
import type { Result, Workspace } from './support/workspace.ts';

const API = 'parapet.dev/v1alpha1';
const DAY = 86_400_000;
const cluster = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bank' } },
  {
    apiVersion: API,
    kind: 'ClusterSecurityPolicy',
    metadata: { name: 'baseline' },
    spec: {
      mode: 'Enforce',
      namespaceSelector: {},
      networkPolicy: { defaultDeny: ['Ingress'], allow: ['SameNamespace'] },
      resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }],
    },
  },
];

function inDays(days: number): string {
  return new Date(Math.floor(Date.now() / DAY + days) * DAY).toISOString().replace('.000', '');
}

function exception(spec: object): string {
  const meant = { includeNames: ['shop'], owner: 'shop', reason: 'migration', expirationTime: inDays(30), ...spec };
  return JSON.stringify({ apiVersion: API, kind: 'SecurityException', metadata: { name: 'open' }, spec: meant });
}

const files = (objects: readonly object[]): string => objects.map((object) => JSON.stringify(object)).join('\n---\n');

describe('a SecurityException in files', () => {
  let space: Workspace;
  before(async () => {
    space = await createWorkspace();
    await space.write({ 'now.yaml': files(cluster) });
  });
  after(() => space.remove());

  async function planned(text: string, ...flags: readonly string[]): Promise<Result> {
    await space.write({ 'next.yaml': text });
    return parapet('plan', '-f', space.path('next.yaml'), '--manifests', space.path('now.yaml'), ...flags);
  }

  async function changes(text: string): Promise<readonly string[]> {
    const { out } = await planned(text, '-o', 'json');
    return (JSON.parse(out) as Preview).namespaces.flatMap(({ namespace, changes: own }) =>
      own.map(({ action, slot }) => `${namespace}: ${action} ${slot}`),
    );
  }

  it('is planned as a change of its namespace, and ends with code 1', async () => {
    const { code, out } = await planned(exception({ effect: 'Remove', slots: ['NetworkPolicy/*'] }));
    expect(code).to.equal(1);
    expect(out).to.match(/^shop: selected by baseline\n {2}closed for every pod: nothing \(no longer Ingress\)/m);
    expect(out).to.not.include('bank:');
    expect(await changes(exception({ effect: 'Remove', slots: ['NetworkPolicy/*'] }))).to.deep.equal([
      'shop: delete NetworkPolicy/parapet-default-deny',
      'shop: delete NetworkPolicy/parapet-allow-same-namespace',
    ]);
  });

  it('that is taken back in the files is planned as well', async () => {
    await space.write({ 'now.yaml': files([...cluster, JSON.parse(exception({ effect: 'Remove' })) as object]) });
    const narrower = exception({ effect: 'Remove', slots: ['ResourceQuota/*'] });
    expect(await changes(narrower)).to.deep.equal([
      'shop: create NetworkPolicy/parapet-allow-same-namespace',
      'shop: create NetworkPolicy/parapet-default-deny',
    ]);
    await space.write({ 'now.yaml': files(cluster) });
  });

  for (const [why, spec, told] of [
    ['has ended', { effect: 'Remove', expirationTime: inDays(-1) }, `it ended at ${inDays(-1)}`],
    [
      'lasts too long',
      { effect: 'Remove', expirationTime: inDays(1000) },
      'further away than --max-exception-duration',
    ],
  ] as const) {
    it(`that ${why} changes nothing, and that is said`, async () => {
      const { code, err } = await planned(exception(spec));
      expect(code).to.equal(0);
      expect(err).to.include('parapet: exception open covers nothing: ').and.include(told);
    });
  }

  it('may last as long as the operator is told', async () => {
    const long = exception({ effect: 'Remove', expirationTime: inDays(1000) });
    expect((await planned(long, '--max-exception-duration', '2000d')).code).to.equal(1);
  });

  it('is refused with file, line and field where something is wrong', async () => {
    const { code, err } = await planned(exception({ effect: 'Override' }));
    expect(code).to.equal(2);
    expect(err).to.match(/next\.yaml:1:\d+: SecurityException\/open: spec\.override: effect Override needs/);
    expect((await planned(exception({ effect: 'Remove', until: 'ever' }))).err).to.include('spec.until: unknown field');
  });

  it('is left out of what render prints', async () => {
    await space.write({ 'all.yaml': `${files(cluster)}\n---\n${exception({ effect: 'Ignore', slots: ['R*/*'] })}` });
    const { out } = await parapet('render', '-f', space.path('all.yaml'), '-n', 'shop');
    expect(out).to.include('kind: NetworkPolicy').and.not.include('kind: ResourceQuota');
    expect((await parapet('render', '-f', space.path('all.yaml'), '-n', 'bank')).out).to.include('kind: ResourceQuota');
  });
});
