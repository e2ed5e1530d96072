import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { main } from '../../src/commands/main.ts';
import type { Release } from '../../src/output/release.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { parapet } from '../commands/support/workspace.ts';
import type { Result } from '../commands/support/workspace.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { CHILDREN, DeletionWorld } from './harness/deletion-world.ts';
import { posture, slot } from './harness/refs.ts';
import { slotReport } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const DENY = 'NetworkPolicy/parapet-default-deny';
const DNS = 'NetworkPolicy/parapet-allow-dns';

describe('parapet release, against a real API server', function () {
  this.timeout(90_000);
  let cluster: Cluster;
  let operator: OperatorProcess;
  let releaser: string;
  let reader: string;

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    const [read, write] = await rolesOfTheGuide();
    reader = await kubeconfigOf(cluster, 'release-reader', [read]);
    releaser = await kubeconfigOf(cluster, 'release-releaser', [read, write]);
  });

  /** A namespace in which a policy that is gone left everything. */
  async function orphaned(): Promise<string> {
    const world = new DeletionWorld(cluster);
    await world.createNamespaces(1);
    await world.createPolicy({ deletionPolicy: 'Orphan' });
    await world.converged();
    await world.deletePolicy();
    await world.expectOrphaned();
    return world.namespaces[0] ?? '';
  }

  function release(namespace: string, kubeconfig: string, ...flags: readonly string[]): Promise<Result> {
    return parapet('release', namespace, '--kubeconfig', kubeconfig, ...flags);
  }

  async function objectsIn(namespace: string): Promise<readonly string[]> {
    return new DeletionWorld(cluster).objectsIn(namespace);
  }

  it('shows what is left behind and ends with code 1; nothing is removed', async () => {
    const namespace = await orphaned();
    const { code, out, err } = await release(namespace, reader);
    expect(code, err).to.equal(1);
    expect(out).to.include(`- ${DENY}`).and.include('Pods will no longer be isolated: Egress, Ingress');
    expect(err).to.include('to remove it, add --yes');
    expect(await objectsIn(namespace)).to.deep.equal(CHILDREN);
  });

  it('removes it with --yes, in safe order, for whoever has the rights of the page, and no others’ objects', async () => {
    const namespace = await orphaned();
    const metadata = { name: 'team', namespace };
    await cluster.admin.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: {} });
    const open = (): Promise<number> => operator.metric('parapet_drift_open', { policy: '', kind: 'Orphaned' });
    const before = await open();
    const network = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace };
    const witness = await cluster.admin.watch(network);
    const { code, out, err } = await release(namespace, releaser, '--yes', '-o', 'json');
    expect(code, err).to.equal(0);
    expect((JSON.parse(out) as Release).objects.map((object) => object.slot).toSorted()).to.deep.equal(CHILDREN);
    expect(err).to.include(`${DENY}: removed`);
    expect(await objectsIn(namespace)).to.deep.equal(['ResourceQuota/team']);
    await eventually('its report is gone, and the count with it', async () => {
      expect(witness.log(namespace)).to.deep.equal(['DELETED parapet-default-deny', 'DELETED parapet-allow-dns']);
      expect(await cluster.admin.get(posture(namespace))).to.equal(undefined);
      expect(await open()).to.equal(before - CHILDREN.length);
    });
    witness.close();
  });

  it('ends with code 0 where nothing is left behind, and with 2 where there is no such namespace', async () => {
    expect(await release('default', reader)).to.deep.include({ code: 0, out: 'Nothing is left behind in default.\n' });
    expect((await release('no-such-namespace', reader)).code).to.equal(2);
  });

  it('opens the direction that only a policy that is gone closed; the operator leaves it so', async () => {
    const [gone, stays] = [new DeletionWorld(cluster), new DeletionWorld(cluster)];
    await gone.createNamespaces(1);
    const [namespace = ''] = gone.namespaces;
    const namespaceSelector = { matchLabels: { suite: gone.name } };
    await gone.createPolicy({ deletionPolicy: 'Orphan', resourceQuotas: undefined, limitRange: undefined });
    const network = { networkPolicy: { defaultDeny: ['Ingress'] }, deletionPolicy: 'Orphan' };
    const only = { resourceQuotas: undefined, limitRange: undefined, roles: undefined };
    await stays.createPolicy({ ...only, ...network, namespaceSelector });
    await eventually('both hold it', async () => {
      expect((await slotReport(cluster, namespace, DENY)).policies).to.have.members([gone.name, stays.name]);
    });
    await gone.deletePolicy();
    await eventually('a part of it is Orphaned', async () => {
      expect(await slotReport(cluster, namespace, DENY)).to.include({ state: 'Orphaned' });
    });
    const since = await cluster.operatorRequests();
    const { code, err } = await release(namespace, releaser, '--policy', gone.name, '--yes');
    expect(code, err).to.equal(0);
    expect(await objectsIn(namespace)).to.deep.equal([DENY]);
    await eventually('it belongs to the other alone', async () => {
      expect(await slotReport(cluster, namespace, DENY)).to.deep.include({ state: 'OK', policies: [stays.name] });
    });
    const { spec } = await cluster.admin.read(slot(namespace, DENY));
    expect(spec).to.deep.equal({ podSelector: {}, policyTypes: ['Ingress'] });
    const written = (await since()).filter(
      ({ objectRef, verb }) => objectRef?.resource === 'networkpolicies' && !['list', 'watch'].includes(verb),
    );
    expect(written.filter(({ objectRef }) => objectRef?.namespace === namespace)).to.deep.equal([]);
    await stays.deletePolicy();
  });

  it('puts back what stood in the fields that a policy set which is gone', async () => {
    const world = new DeletionWorld(cluster);
    await world.createNamespaces(1);
    const [namespace = ''] = world.namespaces;
    const defaultServiceAccount = { automountServiceAccountToken: false };
    await world.createPolicy({ deletionPolicy: 'Orphan', defaultServiceAccount });
    await world.converged();
    await world.deletePolicy();
    await eventually('it is Orphaned', async () => {
      expect(await slotReport(cluster, namespace, 'ServiceAccount/default')).to.include({ state: 'Orphaned' });
    });
    const { code, out, err } = await release(namespace, releaser, '--yes');
    expect(code, err).to.equal(0);
    expect(out).to.match(/~ ServiceAccount\/default +restore +deletion-/);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' };
    expect(await cluster.admin.get(account)).not.to.have.property('automountServiceAccountToken');
    await eventually('nothing is left', async () => {
      expect(await cluster.admin.get(posture(namespace))).to.equal(undefined);
    });
  });

  it('removes nothing it may not remove, says so, and leaves the allows with their default-deny', async () => {
    const namespace = await orphaned();
    const { code, err } = await release(namespace, reader, '--yes');
    expect(code).to.equal(1);
    expect(err).to.match(new RegExp(`${DENY}: not removed: .*cannot delete resource "networkpolicies"`));
    expect(err).to.include(`${DNS}: not removed: waits for ${DENY}`);
    expect(await objectsIn(namespace)).to.deep.equal(CHILDREN);
  });

  for (const [title, answer, expected] of [
    ['removes it where the answer is yes', () => Promise.resolve(true), 0],
    ['removes nothing where the answer is no', () => Promise.resolve(false), 1],
    ['removes nothing where something changed before the answer', undefined, 1],
  ] as const) {
    it(title, async () => {
      const namespace = await orphaned();
      const changing = async (): Promise<boolean> => {
        await cluster.admin.edit(slot(namespace, DENY), { metadata: { labels: { team: 'a' } } });
        return true;
      };
      const said: string[] = [];
      const terminal = { out: () => {}, err: (text: string) => said.push(text), ask: answer ?? changing };
      const code = await main(['release', namespace, '--kubeconfig', releaser], terminal);
      expect(code, said.join('')).to.equal(expected);
      expect(await objectsIn(namespace)).to.deep.equal(expected === 0 ? [] : CHILDREN);
    });
  }

  it('releases nothing that a policy holds: acting, suspended, or with a namespace to come back', async () => {
    const world = new DeletionWorld(cluster);
    await world.createNamespaces(1);
    const [namespace = ''] = world.namespaces;
    await world.createPolicy({ deletionPolicy: 'Orphan' });
    await world.converged();
    expect((await release(namespace, releaser, '--yes')).code).to.equal(0);
    await world.edit({ suspend: true });
    expect((await release(namespace, releaser, '--yes')).code).to.equal(0);
    expect(await objectsIn(namespace)).to.deep.equal(CHILDREN);
    await world.deletePolicy();
  });
});

/** The ClusterRoles that docs/cli.md asks for: who plans, and who releases beside that. */
async function rolesOfTheGuide(): Promise<readonly [KubeObject, KubeObject]> {
  const guide = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  const [read, write] = [...guide.matchAll(/```yaml\n(apiVersion: rbac[\s\S]*?)```/g)].map(
    ([, text = '']) => parse(text) as KubeObject,
  );
  if (read === undefined || write === undefined) throw new Error('docs/cli.md has not both ClusterRoles');
  return [read, write];
}

/** A ServiceAccount with these ClusterRoles, under names of its own, and no other right. */
async function kubeconfigOf(cluster: Cluster, name: string, roles: readonly KubeObject[]): Promise<string> {
  const { controlPlane, admin, kubectl } = cluster;
  await kubectl(['create', 'serviceaccount', name, '--namespace', 'default']);
  for (const [index, role] of roles.entries()) {
    const own = `${name}-${index}`;
    await admin.create({ ...role, metadata: { name: own } });
    await kubectl(['create', 'clusterrolebinding', own, `--clusterrole=${own}`, `--serviceaccount=default:${name}`]);
  }
  const token = await kubectl(['create', 'token', name, '--namespace', 'default']);
  const config = parse(await readFile(controlPlane.kubeconfig, 'utf8')) as { users: object[] };
  const users = config.users.map((user) => ({ ...user, user: { token: token.trim() } }));
  const file = join(controlPlane.dir, `${name}.kubeconfig`);
  await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
