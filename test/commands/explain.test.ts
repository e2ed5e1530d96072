import { expect } from 'chai';
import { parse } from 'yaml';
import type { Explanation, SlotExplanation } from '../../src/output/explanation.ts';
import { createWorkspace, parapet } from './support/workspace.ts';
import type { Result, Workspace } from './support/workspace.ts';

const policy = (name: string, spec: object): object => ({
  apiVersion: 'parapet.dev/v1alpha1',
  kind: 'ClusterSecurityPolicy',
  metadata: { name },
  spec: { mode: 'Enforce', namespaceSelector: {}, ...spec },
});
const quota = (pods: number): object => ({ resourceQuotas: [{ name: 'compute', hard: { pods } }] });
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', labels: { size: 'large' } } };

const exception = (name: string, spec: object): object => ({
  apiVersion: 'parapet.dev/v1alpha1',
  kind: 'SecurityException',
  metadata: { name },
  spec: { namespaceSelector: {}, owner: 'shop', reason: 'migration', ...spec },
});

/** Midnight so many days from today. */
function inDays(days: number): string {
  return new Date(Math.floor(Date.now() / 86_400_000 + days) * 86_400_000).toISOString().replace('.000', '');
}

/** An object as the operator left it, and perhaps a tenant after that. */
const quotaObject = (name: string, pods: string, policies: string): object => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: {
    name,
    namespace: 'team-a',
    labels: { 'app.kubernetes.io/managed-by': 'parapet', 'parapet.dev/slot': name },
    annotations: { 'parapet.dev/policies': policies },
    managedFields: [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1: { 'f:spec': { 'f:hard': {} } } }],
  },
  spec: { hard: { pods } },
});

describe('parapet explain, from manifests', () => {
  let files: Workspace;
  before(async () => {
    files = await createWorkspace();
  });
  after(() => files.remove());

  async function explained(objects: readonly object[], ...flags: readonly string[]): Promise<Result> {
    const all = [namespace, ...objects].map((object) => JSON.stringify(object));
    await files.write({ 'cluster.yaml': all.join('\n---\n') });
    return parapet('explain', 'team-a', '--manifests', files.path('cluster.yaml'), ...flags);
  }

  async function explanation(...objects: readonly object[]): Promise<Explanation> {
    const { code, out, err } = await explained(objects, '-o', 'json');
    expect(code, err).to.equal(0);
    return JSON.parse(out) as Explanation;
  }

  async function slot(name: string, ...objects: readonly object[]): Promise<SlotExplanation> {
    const found = (await explanation(...objects)).slots.find((each) => each.slot === name);
    if (found === undefined) throw new Error(`no ${name} was explained`);
    return found;
  }

  it('tells by what each policy selects the namespace, and why the others don’t', async () => {
    const { policies } = await explanation(
      policy('zones', { namespaceSelector: { matchLabels: { zone: 'a' } }, ...quota(1) }),
      policy('sizes', { namespaceSelector: { matchLabels: { size: 'large' } }, ...quota(1) }),
      policy('others', { excludeNames: ['team-*'], ...quota(1) }),
    );
    expect(policies.map(({ name, selects, because }) => [name, selects, ...because])).to.deep.equal([
      ['sizes', true, 'label size=large'],
      ['others', false, 'excludeNames team-*'],
      ['zones', false, 'wants label zone=a, it is absent'],
    ]);
  });

  it('tells who won an object by priority, and who lost it', async () => {
    const found = await slot(
      'ResourceQuota/parapet-compute',
      policy('baseline', quota(10)),
      policy('large', { priority: 200, ...quota(50) }),
    );
    expect(found).to.deep.include({ policies: ['large'], because: 'priority 200 is the highest', next: 'create' });
    expect(found.lost).to.deep.equal([{ policy: 'baseline', because: 'priority 100 is lower than 200 of large' }]);
  });

  it('tells that the smaller name wins a tie', async () => {
    const found = await slot('ResourceQuota/parapet-compute', policy('b', quota(10)), policy('a', quota(50)));
    expect(found).to.deep.include({ policies: ['a'], because: 'of priority 100 the smaller name' });
    expect(found.lost).to.deep.equal([{ policy: 'b', because: 'priority 100 as a has, and the larger name' }]);
  });

  it('tells where policies add up', async () => {
    const found = await slot(
      'NetworkPolicy/parapet-default-deny',
      policy('a', { networkPolicy: { defaultDeny: ['Ingress'] } }),
      policy('b', { networkPolicy: { defaultDeny: ['Egress'] } }),
    );
    expect(found).to.deep.include({ policies: ['a', 'b'], because: 'what all of them ask for, folded' });
  });

  it('tells which field differs, and who claims it', async () => {
    const live = quotaObject('parapet-compute', '99', 'baseline');
    const { out } = await explained([policy('baseline', quota(10)), live]);
    expect(out).to.match(/^ResourceQuota\/parapet-compute +Modified +change +baseline +nobody else asks for it$/m);
    expect(out).to.include('differs (kubectl-edit wrote what is there):\n    /spec/hard/pods: "99" -> "10"\n');
  });

  it('tells who holds what nobody acting asks for: suspended, or gone', async () => {
    const objects = [quotaObject('parapet-compute', '1', 'paused'), quotaObject('parapet-old', '1', 'gone')];
    const { slots } = await explanation(policy('paused', { suspend: true, ...quota(1) }), ...objects);
    const told = slots.filter(({ audit }) => audit === undefined);
    expect(told.map(({ slot: name, state, held, next }) => [name, state, held, next])).to.deep.equal([
      ['ResourceQuota/parapet-compute', 'Frozen', [{ policy: 'paused', standing: 'frozen' }], 'nothing'],
      ['ResourceQuota/parapet-old', 'Orphaned', [{ policy: 'gone', standing: 'departed' }], 'nothing'],
    ]);
  });

  it('tells what an Audit policy would have', async () => {
    const found = await slot('ResourceQuota/parapet-compute', policy('proposal', { mode: 'Audit', ...quota(1) }));
    expect(found).to.deep.include({ audit: 'proposal', state: 'Missing', next: 'nothing' });
  });

  it('names the exceptions that select the namespace, when they end and what they cover', async () => {
    const { exceptions, slots } = await explanation(
      policy('baseline', quota(10)),
      exception('active', { effect: 'Ignore', expirationTime: inDays(30) }),
      exception('ended', { effect: 'Remove', expirationTime: inDays(-1) }),
      exception('endless', { effect: 'Remove', expirationTime: inDays(1000) }),
      exception('elsewhere', { effect: 'Remove', expirationTime: inDays(30), includeNames: ['team-b'] }),
    );
    expect(exceptions.map(({ name, standing, slots: covered }) => [name, standing, ...covered])).to.deep.equal([
      ['active', 'active', 'ResourceQuota/parapet-compute'],
      ['ended', 'expired'],
      ['endless', 'tooLong'],
    ]);
    expect(slots[0]).to.include({ state: 'Exempt', next: 'nothing' });
    expect(slots[0]?.message).to.equal(`left as it is found until ${inDays(30)} by exception active of shop`);
  });

  it('shows exceptions in its table', async () => {
    const { out } = await explained([
      policy('baseline', quota(10)),
      exception('active', { effect: 'Remove', expirationTime: inDays(30) }),
      exception('ended', { effect: 'Remove', expirationTime: inDays(-1) }),
    ]);
    expect(out).to.match(
      /^EXCEPTION +EFFECT +OWNER +ACTIVE +COVERS\nactive +Remove +shop +until \d{4}-\S+ +ResourceQuota\/parapet-compute\nended +Remove +shop +no: it has ended +nothing$/m,
    );
  });

  it('tells what is wrong with a policy', async () => {
    const { policies } = await explanation(policy('wrong', { resourceQuotas: 7, mode: 'Loud' }));
    expect(policies[0]?.selects).to.equal(false);
    expect(policies[0]?.problems.join()).to.include('spec.mode: ');
  });

  it('tells what others open, what is granted cluster-wide, and what nobody evaluates', async () => {
    const rbac = 'rbac.authorization.k8s.io';
    const reads = { apiGroups: [''], resources: ['secrets'], verbs: ['list'] };
    const subjects = [{ kind: 'Group', name: 'team' }];
    const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'reader' };
    const inNamespace = (name: string): object => ({ name, namespace: 'team-a' });
    const { out } = await explained([
      policy('baseline', { networkPolicy: { defaultDeny: ['Ingress'] } }),
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: inNamespace('open'),
        spec: { ingress: [{}] },
      },
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [reads] },
      { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: inNamespace('reads'), roleRef, subjects },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'RoleBinding',
        metadata: inNamespace('later'),
        roleRef: { ...roleRef, name: 'absent' },
        subjects,
      },
      { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name: 'everywhere' }, roleRef, subjects },
      { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: inNamespace('x'), spec: {} },
    ]);
    expect(out).to.match(/^NetworkPolicy\/open +Widened +nothing +baseline +somebody else’s object/m);
    expect(out).to.include('NetworkPolicy/open\n  ingress rule 1 is open to every peer; managed by');
    expect(out).to.include(
      'RoleBinding/reads\n  binds ClusterRole/reader, which grants "list secrets", to Group team;',
    );
    expect(out).to.include(
      'RoleBinding/later\n  binds ClusterRole/absent, which is not to be found: what it grants is unknown',
    );
    expect(out).to.include(
      'Cluster-wide, here as everywhere:\n  ClusterRoleBinding/everywhere binds ClusterRole/reader, which grants "list secrets"',
    );
    expect(out).to.include('Not evaluated: CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy; ');
  });

  it('tells the platform facts, and which of them are assumed', async () => {
    const { out, err } = await explained([policy('baseline', quota(1))]);
    expect(out).to.include(
      'DNS (assumed): kube-system/k8s-app=kube-dns at port 53\nAPI server: unknown\nNodes: unknown\nCloud: unknown\nCNI: unknown\n',
    );
    expect(err).to.include('parapet: assumed: DNS');
    await files.write({ 'platform.yaml': 'apiServer: {endpoints: [{ip: "fd00::1", port: 443}]}\n' });
    const told = await explained([], '--platform', files.path('platform.yaml'), '--dns', '10.0.0.10');
    expect(told.out).to.include('DNS: 10.0.0.10/32 at port 53\nAPI server: [fd00::1]:443\n');
    expect(told.err).not.to.match(/assumed|unknown/);
  });

  it('tells of a network plugin whose ipBlocks match no node', async () => {
    await files.write({ 'cilium.yaml': 'cni: {name: cilium, ipBlockMatchesNodes: false}\n' });
    const { out } = await explained([], '--platform', files.path('cilium.yaml'));
    expect(out).to.include('CNI: cilium, whose ipBlocks match no node\n');
  });

  it('gives its platform facts in a form that --platform reads', async () => {
    const first = await explanation(policy('baseline', quota(1)));
    await files.write({ 'facts.json': JSON.stringify(first.platform) });
    const { out } = await explained([], '--platform', files.path('facts.json'), '-o', 'yaml');
    expect((parse(out) as Explanation).platform).to.deep.equal(first.platform);
  });

  it('ends with code 2 where there is no such namespace', async () => {
    const { code, out, err } = await parapet('explain', 'nowhere', '--manifests', files.path('cluster.yaml'));
    expect({ code, out }).to.deep.equal({ code: 2, out: '' });
    expect(err).to.match(/parapet: there is no namespace nowhere in the files of .*\n$/);
  });

  it('ends with code 2 and one line where no cluster answers', async () => {
    const cluster = { name: 'c', cluster: { server: 'http://127.0.0.1:9' } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const users = [{ name: 'u', user: { token: 'secret-token' } }];
    const config = { clusters: [cluster], contexts: [context], users, 'current-context': 'c' };
    await files.write({ kubeconfig: JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }) });
    const { code, err } = await parapet('explain', 'team-a', '--kubeconfig', files.path('kubeconfig'));
    expect(code).to.equal(2);
    expect(err)
      .to.match(/^parapet: [^\n]*ECONNREFUSED[^\n]*\n$/)
      .and.not.include('secret-token');
  }).timeout(40_000);
});
