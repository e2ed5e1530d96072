import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { parapet } from '../commands/support/workspace.ts';
import type { Cluster } from './harness/cluster.ts';
import { sharedCluster } from './harness/cluster.ts';
import { posture, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const RBAC = 'rbac.authorization.k8s.io';
const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' };
const subjects = [{ apiGroup: RBAC, kind: 'Group', name: 'team' }];

const READER = 'reader-of-namespaces';

describe('What is granted cluster-wide', function () {
  this.timeout(60_000);
  const grant = { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', name: 'everywhere' };
  let cluster: Cluster;
  let operator: OperatorProcess;
  const granted = (): Promise<number> => operator.metric('parapet_cluster_grants', { reason: 'GrantsWildcard' });

  before(async () => {
    cluster = await sharedCluster();
    operator = await sharedOperator();
    await cluster.applyFixture('cluster-grants');
    await reconciled(cluster, 'cluster-grants', '1/1');
  });

  it('is counted and announced once, on the binding; no namespace drifts by it, and explain tells of it', async () => {
    const before = await granted();
    await cluster.admin.create({ ...grant, metadata: { name: grant.name }, roleRef, subjects });
    await eventually('it is counted', async () => expect(await granted()).to.equal(before + 1));
    await eventually('it is announced', async () => {
      const told = await cluster.kubectl(['events', '-n', 'default', '--for', `clusterrolebinding/${grant.name}`]);
      expect(told).to.include('GrantsWildcard').and.to.include('in every namespace');
    });
    const { slots } = await cluster.admin.read(posture('cluster-grants'));
    expect(slots.filter(({ message = '' }) => message.includes(grant.name))).to.deep.equal([]);
    const { out, err } = await parapet('explain', 'cluster-grants', '--kubeconfig', cluster.controlPlane.kubeconfig);
    expect(out, err).to.include(`ClusterRoleBinding/${grant.name} binds ClusterRole/cluster-admin`);
    await cluster.admin.delete(grant);
    await eventually('it is counted no more', async () => expect(await granted()).to.equal(before));
  });

  it('is left out of explain, which says so, where the reader may not list it', async () => {
    const file = await readerKubeconfig(cluster);
    const metadata = { name: 'cluster-admins', namespace: 'cluster-grants' };
    await cluster.admin.create({ apiVersion: grant.apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects });
    const { code, out, err } = await parapet('explain', 'cluster-grants', '--kubeconfig', file);
    expect(code, err).to.equal(0);
    expect(err).to.include('you may not list clusterroles.rbac.authorization.k8s.io');
    expect(out).to.include('binds ClusterRole/cluster-admin, which is not to be found: what it grants is unknown');
    expect(out).not.to.include('Cluster-wide');
    await cluster.admin.delete(slot('cluster-grants', 'RoleBinding/cluster-admins'));
    await cluster.admin.delete({ ...grant, name: READER }); // Else every operator after this tells of it.
  });
});

describe('Policies that nothing evaluates', function () {
  this.timeout(60_000);

  it('are named by explain where the cluster serves them', async () => {
    const cluster = await sharedCluster();
    await cluster.applyFixture('cluster-grants');
    const explained = async (): Promise<string> =>
      (await parapet('explain', 'cluster-grants', '--kubeconfig', cluster.controlPlane.kubeconfig)).out;
    expect(await explained()).not.to.include('Not evaluated');
    await cluster.admin.create(clusterNetworkPolicies);
    await eventually('they are named', async () => {
      expect(await explained()).to.include('Not evaluated: ClusterNetworkPolicy');
    });
    await cluster.admin.delete({ ...clusterNetworkPolicies, name: clusterNetworkPolicies.metadata.name });
  });
});

const clusterNetworkPolicies = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'clusternetworkpolicies.policy.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/network-policy-api' },
  },
  spec: {
    group: 'policy.networking.k8s.io',
    scope: 'Cluster',
    names: { kind: 'ClusterNetworkPolicy', plural: 'clusternetworkpolicies' },
    versions: [{ name: 'v1alpha2', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

/** A ServiceAccount that may list what is in namespaces, and of RBAC nothing cluster-wide. */
async function readerKubeconfig({ controlPlane, admin, kubectl }: Cluster): Promise<string> {
  const name = READER;
  const rules = [
    {
      apiGroups: ['', 'networking.k8s.io', 'parapet.dev', 'discovery.k8s.io'],
      resources: ['*'],
      verbs: ['get', 'list', 'watch'],
    },
    { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: ['list'] },
  ];
  await admin.create({ apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules });
  await kubectl(['create', 'serviceaccount', name, '--namespace', 'default']);
  await kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, `--serviceaccount=default:${name}`]);
  const token = (await kubectl(['create', 'token', name, '--namespace', 'default'])).trim();
  const config = parse(await readFile(controlPlane.kubeconfig, 'utf8')) as { users: object[] };
  const file = join(controlPlane.dir, `${name}.kubeconfig`);
  const users = config.users.map((user) => ({ ...user, user: { token } }));
  await writeFile(file, stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
