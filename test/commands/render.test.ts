import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { decodePolicy } from '../../src/api/decode-policy.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { plan } from '../../src/plan/plan.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { platform } from '../plan/world.ts';
import { createWorkspace, parapet } from './support/workspace.ts';
import type { Workspace } from './support/workspace.ts';

const baseline = `apiVersion: parapet.dev/v1alpha1
kind: ClusterSecurityPolicy
metadata: {name: baseline}
spec:
  mode: Enforce
  namespaceSelector: {matchLabels: {size: large}}
  networkPolicy: {defaultDeny: [Ingress, Egress], allow: [DNS, KubernetesAPI]}
  resourceQuotas: [{name: compute, hard: {requests.cpu: 4, pods: 40}}]
`;
const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a, labels: {size: large}}\n';

describe('parapet render', () => {
  let files: Workspace;
  before(async () => {
    files = await createWorkspace();
    await files.write({
      'dir/policies/baseline.yaml': baseline,
      'dir/namespaces.yaml': namespace,
      'platform.yaml': JSON.stringify(platform),
    });
  });
  after(() => files.remove());

  const render = (...args: readonly string[]): ReturnType<typeof parapet> => parapet('render', ...args);
  const objectsIn = (text: string): readonly KubeObject[] =>
    parseAllDocuments(text).map((document) => document.toJS() as KubeObject);

  it('prints what the operator would create, in its order', async () => {
    const { code, out, err } = await render(
      '-f',
      files.path('dir'),
      '-n',
      'team-a',
      '--platform',
      files.path('platform.yaml'),
    );
    const planned = plan({
      namespace: { name: 'team-a', labels: { size: 'large' }, terminating: false },
      policies: [decodePolicy(parseAllDocuments(baseline)[0]?.toJS() as KubeObject)],
      live: [],
      others: [],
      clusterRoles: new Map(),
      exceptions: [],
      record: [],
      platform,
      protectedNamespaces: [],
    });
    const created = dueSlots(planned).map(({ change }) => change.action === 'create' && change.object);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(objectsIn(out)).to.deep.equal(created).and.have.length(4);
  });

  it('quotes what kubectl would read as something else', async () => {
    const { out } = await render('-f', files.path('dir'), '-n', 'team-a');
    expect(out).to.include('pods: "40"');
  });

  it('prints the same text twice', async () => {
    const once = await render('-f', files.path('dir'), '-n', 'team-a');
    expect(await render('-f', files.path('dir'), '-n', 'team-a')).to.deep.equal(once);
  });

  it('says on stderr what it assumed of the platform', async () => {
    const { err } = await render('-f', files.path('dir'), '-n', 'team-a');
    expect(err).to.match(/^parapet: assumed: DNS .*\nparapet: unknown: addresses of the API server.*\n$/);
  });

  it('takes the DNS from --dns', async () => {
    const { out, err } = await render('-f', files.path('dir'), '-n', 'team-a', '--dns', '10.0.0.10:5353');
    expect(out).to.include('cidr: 10.0.0.10/32').and.include('port: 5353');
    expect(err).not.to.include('assumed');
  });

  it('gives a namespace without a manifest its name and no label more', async () => {
    const { out, err } = await render('-f', files.path('dir'), '-n', 'team-b');
    expect(out).to.equal('');
    expect(err).to.include('no policy selects team-b');
    const byName = baseline.replace('{matchLabels: {size: large}}', '{matchLabels: {kubernetes.io/metadata.name: x}}');
    await files.write({ 'by-name.yaml': byName });
    expect(objectsIn((await render('-f', files.path('by-name.yaml'), '-n', 'x')).out)).not.to.deep.equal([]);
  });

  it('says why an Audit policy renders nothing', async () => {
    await files.write({ 'audit.yaml': baseline.replace('Enforce', 'Audit') });
    const { code, out, err } = await render(
      '-f',
      files.path('audit.yaml'),
      '-f',
      files.path('dir/namespaces.yaml'),
      '-n',
      'team-a',
    );
    expect({ code, out }).to.deep.equal({ code: 0, out: '' });
    expect(err).to.include('baseline selects team-a but writes nothing');
  });

  it('leaves a protected namespace alone', async () => {
    await files.write({ 'all.yaml': baseline.replace('{matchLabels: {size: large}}', '{}') });
    for (const name of ['kube-system', 'parapet-system']) {
      expect((await render('-f', files.path('all.yaml'), '-n', name)).out).to.equal('');
    }
  });

  describe('with wrong input', () => {
    const wrong = [
      ['a mode that isn’t one', ['Enforce', 'Enforced'], ':5:3: ClusterSecurityPolicy/baseline: spec.mode: '],
      [
        'a field nobody knows',
        ['allow:', 'allows:'],
        ':7:51: ClusterSecurityPolicy/baseline: spec.networkPolicy.allows: unknown field',
      ],
      [
        'a quantity that isn’t one',
        ['pods: 40', 'pods: many'],
        ':8:60: ClusterSecurityPolicy/baseline: spec.resourceQuotas[0].hard.pods: ',
      ],
      [
        'another version',
        ['v1alpha1', 'v2'],
        ':1:1: ClusterSecurityPolicy/baseline: apiVersion: must be parapet.dev/v1alpha1',
      ],
      ['no name', ['{name: baseline}', '{}'], ':3:1: ClusterSecurityPolicy/: metadata.name: must be'],
      ['broken YAML', ['{}', '{'], ''],
    ] as const;
    for (const [what, [from, to], told] of wrong) {
      it(`names file, line and field of ${what}, and ends with code 2`, async () => {
        const text = from === '{}' ? baseline.replace('Enforce', '{') : baseline.replace(from, to);
        await files.write({ 'wrong.yaml': text });
        const { code, out, err } = await render('-f', files.path('wrong.yaml'), '-n', 'team-a');
        expect({ code, out }).to.deep.equal({ code: 2, out: '' });
        expect(err.startsWith(`${files.path('wrong.yaml')}:`)).to.equal(true);
        expect(err).to.include(told);
      });
    }

    it('names both places of a policy that is there twice', async () => {
      await files.write({ 'twice/a.yaml': baseline, 'twice/b.yaml': baseline });
      const { code, err } = await render('-f', files.path('twice'), '-n', 'team-a');
      expect(code).to.equal(2);
      expect(err)
        .to.include(`${files.path('twice/b.yaml')}:1:1`)
        .and.include(`${files.path('twice/a.yaml')}:1:1`);
    });

    it('names what is wrong in platform facts', async () => {
      await files.write({ 'facts.yaml': 'apiServer: {endpoints: [{ip: 10.0.0.1, port: many}]}\n' });
      const { code, err } = await render('-f', files.path('dir'), '-n', 'a', '--platform', files.path('facts.yaml'));
      expect(code).to.equal(2);
      expect(err).to.include(`${files.path('facts.yaml')}: apiServer.endpoints[0].port: `);
    });

    it('needs at least one policy', async () => {
      const { code, err } = await render('-f', files.path('dir/namespaces.yaml'), '-n', 'a');
      expect({ code, err }).to.deep.equal({
        code: 2,
        err: `parapet: no policy in ${files.path('dir/namespaces.yaml')}\n`,
      });
    });
  });
});
