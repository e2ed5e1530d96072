import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import { applyChange, patchObject, writeStatus } from '../../src/kube/apply.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { collectionPath } from '../../src/kube/resource-path.ts';
import type { Outcome } from '../../src/plan/outcome.ts';
import { namespaceResource } from '../../src/slots/kube-object.ts';
import type { Json, KubeObject, Resource } from '../../src/slots/kube-object.ts';
import {
  clientAs,
  create,
  createNamespace,
  edit,
  remove,
  SERVICE_ACCOUNTS as ACCOUNTS,
} from './harness/tested-client.ts';
import { until } from './harness/until.ts';

const NETWORK_POLICIES = resource('networking.k8s.io', 'networkpolicies', 'NetworkPolicy');
const QUOTAS = resource('', 'resourcequotas', 'ResourceQuota');
const ROLES = resource('rbac.authorization.k8s.io', 'roles', 'Role');
const ROLE_BINDINGS = resource('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding');
const CLUSTER_ROLES = { ...resource('rbac.authorization.k8s.io', 'clusterroles', 'ClusterRole'), namespaced: false };
const CLUSTER_ROLE_BINDINGS = { ...CLUSTER_ROLES, plural: 'clusterrolebindings', kind: 'ClusterRoleBinding' };
const POLICIES = {
  ...resource('admissionregistration.k8s.io', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy'),
  namespaced: false,
};
const POLICY_BINDINGS = {
  ...POLICIES,
  plural: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
};

const CLOSED = { podSelector: {}, policyTypes: ['Ingress'] };
const OPEN = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] };

describe('applyChange on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let admin: KubeClient;
  let operator: KubeClient;

  before(async () => {
    plane = await startControlPlane();
    admin = clientFor(plane.kubeconfig);
    await createNamespace(admin, 'team');
    operator = await operatorClient();
  });
  after(async () => {
    await operator.close();
    await admin.close();
    await plane.stop();
  });

  it('creates, and is stale when the object is there already', async () => {
    const object = policy('parapet-a');
    const created = await make(object);
    expect(created.result).to.equal('done');
    expect(managersOf(created)).to.deep.equal(['parapet']);
    expect((await make(object)).result).to.equal('stale');
  });

  it('patches exactly: what others added inside our member is gone, their labels stay', async () => {
    const created = await made(policy('parapet-b'));
    const opened = await edit(admin, NETWORK_POLICIES, created, { spec: OPEN, metadata: { labels: { theirs: 'x' } } });
    const outcome = await patch(opened, [{ op: 'add', path: '/spec', value: CLOSED }]);
    const object = outcome.result === 'done' ? outcome.object : undefined;
    expect(object?.['spec']).to.deep.equal(CLOSED);
    expect(object?.metadata.labels).to.deep.equal({ theirs: 'x' });
  });

  it('writes no new version when nothing differs', async () => {
    const created = await made(policy('parapet-c'));
    const outcome = await patch(created, [{ op: 'add', path: '/spec', value: CLOSED }]);
    expect(outcome).to.have.nested.property('object.metadata.resourceVersion', created.metadata.resourceVersion);
  });

  it('is stale on another version, a recreated object, and an absent one', async () => {
    const first = await made(policy('parapet-d'));
    await edit(admin, NETWORK_POLICIES, first, { metadata: { labels: { a: 'b' } } });
    expect((await patch(first, [])).result, 'another version').to.equal('stale');
    await remove(admin, NETWORK_POLICIES, first);
    expect((await patch(first, [])).result, 'absent').to.equal('stale');
    const second = await made(policy('parapet-d'));
    const mixed = { ...first, metadata: { ...first.metadata, resourceVersion: second.metadata.resourceVersion } };
    expect((await patch(mixed as KubeObject, [])).result, 'recreated').to.equal('stale');
    expect((await drop(first)).result, 'delete of a recreated object').to.equal('stale');
    expect((await drop(second)).result).to.equal('done');
    expect((await drop(second)).result, 'delete of an absent object').to.equal('done');
  });

  it('says that finalizers keep a deleted object', async () => {
    const created = await made(policy('parapet-e'));
    const kept = await edit(admin, NETWORK_POLICIES, created, { metadata: { finalizers: ['test.dev/keep'] } });
    const outcome = await drop(kept);
    expect(outcome).to.include({ cause: 'finalizer' }).and.to.have.property('message').that.contains('test.dev/keep');
    await edit(admin, NETWORK_POLICIES, created, { metadata: { finalizers: null } });
  });

  it('recreates what cannot be changed in place', async () => {
    const created = await made(quota('parapet-f', { hard: { pods: '1' }, scopes: ['BestEffort'] }));
    const next = quota('parapet-f', { hard: { pods: '1' }, scopes: ['NotBestEffort'] });
    const live = await settled(created);
    const refused = await patchObject(operator, target(QUOTAS, live), [
      { op: 'add', path: '/spec', value: next['spec'] as Json },
    ]);
    expect(refused).to.include({ result: 'refused', cause: 'invalid' });
    const versioned = { ...target(QUOTAS, live), order: 1 };
    const outcome = await applyChange(operator, { ...versioned, action: 'recreate', object: next });
    expect(outcome).to.have.nested.property('object.spec.scopes[0]', 'NotBestEffort');
  });

  it('is refused for a Role beyond what the operator holds, also on a mere label change', async () => {
    const beyond = role('parapet-g', 'secrets');
    expect(await make(beyond)).to.include({ result: 'refused', cause: 'ceiling' });
    const live = await create(admin, ROLES, beyond);
    const label = [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }] as const;
    const outcome = await patchObject(operator, target(ROLES, live), label);
    expect(outcome).to.include({ result: 'refused', cause: 'ceiling' });
    const within = await make(role('parapet-h', 'pods'));
    expect(within.result).to.equal('done');
  });

  it('is refused for a binding whose Role is missing', async () => {
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'parapet-i', namespace: 'team' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'absent' },
      subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }],
    };
    const outcome = await make(binding, ROLE_BINDINGS);
    expect(outcome).to.include({ result: 'refused', cause: 'invalid' });
  });

  it('is refused without permission, for bad input, and by a full quota of objects', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'x', namespace: 'team' } };
    expect(await make(account, ACCOUNTS)).to.include({ result: 'refused', cause: 'permission' });
    expect(await make(quota('parapet-j', { hard: { pods: 'many' } }), QUOTAS)).to.include({ cause: 'invalid' });
    await createNamespace(admin, 'full');
    const none = { ...quota('none', { hard: { 'count/networkpolicies.networking.k8s.io': '0' } }) };
    await create(admin, QUOTAS, { ...none, metadata: { name: 'none', namespace: 'full' } });
    await until('the quota counts', async () => {
      const outcome = await make(policy('parapet-k', 'full'));
      if (outcome.result === 'done') await remove(admin, NETWORK_POLICIES, policy('parapet-k', 'full'));
      return outcome.result === 'refused' && outcome.cause === 'quota';
    });
  });

  it('is refused by an admission policy', async () => {
    await create(admin, POLICIES, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: POLICIES.kind,
      metadata: { name: 'no-l' },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['networking.k8s.io'],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['networkpolicies'],
            },
          ],
        },
        validations: [
          { expression: 'object.metadata.name != "parapet-l"', message: 'exceeded quota: attempting to grant' },
        ],
      },
    });
    await create(admin, POLICY_BINDINGS, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: POLICY_BINDINGS.kind,
      metadata: { name: 'no-l' },
      spec: { policyName: 'no-l', validationActions: ['Deny'] },
    });
    await until('the policy holds', async () => {
      const outcome = await make(policy('parapet-l'));
      if (outcome.result === 'done') await remove(admin, NETWORK_POLICIES, policy('parapet-l'));
      return outcome.result === 'refused' && outcome.cause === 'webhook';
    });
  });

  it('has nothing to do in a namespace that is going or gone', async () => {
    await createNamespace(admin, 'leaving');
    const kept = await create(admin, NETWORK_POLICIES, policy('keeps-it', 'leaving', ['test.dev/keep']));
    await remove(admin, namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'leaving' } });
    expect(await make(policy('parapet-m', 'leaving'))).to.deep.equal({ result: 'gone' });
    await edit(admin, NETWORK_POLICIES, kept, { metadata: { finalizers: null } });
    expect(await make(policy('parapet-m', 'never-was'))).to.deep.equal({ result: 'gone' });
  });

  it('sends names and namespaces as one segment each, whatever they hold', async () => {
    const versioned = { ...target(NETWORK_POLICIES, policy('a')), uid: 'u', resourceVersion: '1', order: 1 };
    const hostile = { ...versioned, namespace: 'team/../kube-system', name: '../../../../api/v1/nodes?x=' };
    expect((await applyChange(operator, { ...hostile, action: 'delete' })).result).to.be.oneOf(['refused', 'done']);
    const reply = await admin.request({ method: 'GET', path: collectionPath(NETWORK_POLICIES, 'team/../kube-system') });
    expect((reply.body as { items?: unknown[] }).items ?? []).to.deep.equal([]);
  });

  describe('writeStatus', () => {
    it('replaces the whole status of one exact version and leaves the spec alone', async () => {
      const live = await settled(await create(admin, QUOTAS, quota('status', { hard: { pods: '5' } })));
      const outcome = await writeStatus(admin, target(QUOTAS, live), { hard: { pods: '7' } });
      expect(outcome)
        .to.have.nested.property('object.status')
        .that.deep.equals({ hard: { pods: '7' } });
      expect(outcome).to.have.nested.property('object.spec.hard.pods', '5');
      expect((await writeStatus(admin, target(QUOTAS, live), {})).result).to.equal('stale');
    });
  });

  async function make(object: KubeObject, kind = kindOf(object)): Promise<Outcome> {
    return applyChange(operator, { action: 'create', resource: kind, order: 1, object });
  }

  async function made(object: KubeObject): Promise<KubeObject> {
    const outcome = await make(object);
    if (outcome.result !== 'done' || outcome.object === undefined) throw new Error(JSON.stringify(outcome));
    return outcome.object;
  }

  async function patch(object: KubeObject, operations: Parameters<typeof patchObject>[2]): Promise<Outcome> {
    return applyChange(operator, { ...target(NETWORK_POLICIES, object), order: 1, action: 'patch', operations });
  }

  async function drop(object: KubeObject): Promise<Outcome> {
    return applyChange(operator, { ...target(NETWORK_POLICIES, object), order: 1, action: 'delete' });
  }

  /** The quota controller writes a status soon after creation; wait for it, so that the version stays. */
  async function settled(object: KubeObject): Promise<KubeObject> {
    let live = object;
    await until('the quota has a status', async () => {
      live = await edit(admin, QUOTAS, object, {});
      return JSON.stringify(live['status'] ?? {}) !== '{}';
    });
    return live;
  }

  /** A service account that may write the kinds below and read pods, and so may grant no more. */
  async function operatorClient(): Promise<KubeClient> {
    await create(admin, ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'op', namespace: 'team' },
    });
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const write = ['create', 'patch', 'delete'];
    const rules = [
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: write },
      { apiGroups: [''], resources: ['resourcequotas'], verbs: write },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: write },
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ];
    await create(admin, CLUSTER_ROLES, { apiVersion, kind: 'ClusterRole', metadata: { name: 'op' }, rules });
    await create(admin, CLUSTER_ROLE_BINDINGS, {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'op' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'op' },
      subjects: [{ kind: 'ServiceAccount', name: 'op', namespace: 'team' }],
    });
    return clientAs(plane.kubeconfig, admin, 'team/op');
  }
});

function kindOf(object: KubeObject): Resource {
  return [NETWORK_POLICIES, QUOTAS, ROLES].find(({ kind }) => kind === object.kind) ?? NETWORK_POLICIES;
}

function target(kind: Resource, { metadata }: KubeObject) {
  const { namespace = '', name, uid = '', resourceVersion = '' } = metadata;
  return { resource: kind, namespace, name, uid, resourceVersion };
}

function managersOf(outcome: Outcome): readonly (string | undefined)[] {
  const object = outcome.result === 'done' ? outcome.object : undefined;
  return (object?.metadata.managedFields ?? []).map(({ manager }) => manager);
}

function policy(name: string, namespace = 'team', finalizers: readonly string[] = []): KubeObject {
  const metadata = { name, namespace, ...(finalizers.length === 0 ? {} : { finalizers }) };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: CLOSED };
}

function quota(name: string, spec: Json): KubeObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name, namespace: 'team' }, spec };
}

function role(name: string, granted: string): KubeObject {
  const rules = [{ apiGroups: [''], resources: [granted], verbs: ['get'] }];
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace: 'team' }, rules };
}

function resource(group: string, plural: string, kind: string): Resource {
  return { group, version: 'v1', plural, kind, namespaced: true };
}
