import { expect } from 'chai';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { ObjectRef } from './harness/api-client.ts';
import { uniqueName } from './harness/cluster.ts';
import { guardedCluster, policyWithRoles, refusal, securityException } from './harness/guarded-cluster.ts';
import type { GuardedCluster } from './harness/guarded-cluster.ts';
import { namespace, policy } from './harness/refs.ts';
import { until } from './harness/until.ts';

interface AdmissionPolicy extends KubeObject {
  readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: unknown };
}

const SIZE = 'parapet.dev/size';

describe('config/admission on a real API server', function () {
  this.timeout(90_000);
  let cluster: GuardedCluster;
  before(async () => {
    cluster = await guardedCluster();
  });

  it('is of expressions in which the API server finds no fault', async () => {
    const ref = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
    const checked = await until('all are type-checked', async () => {
      const policies = await cluster.admin.list<AdmissionPolicy>(ref);
      return policies.every(({ status }) => status?.observedGeneration !== undefined) && policies;
    });
    const found = Object.fromEntries(checked.map(({ metadata, status }) => [metadata.name, status?.typeChecking]));
    const guards = ['grant', 'relabel', 'except', 'tamper', 'network', 'role', 'role-binding'];
    expect(found).to.deep.equal(Object.fromEntries(guards.map((name) => [`${name}.parapet.dev`, {}])));
  });

  describe('grant.parapet.dev', () => {
    const roles = policyWithRoles('any')['spec'] as { readonly roles: readonly object[] };
    const GRANTS = /'grant\.parapet\.dev'.*holds spec\.roles.*bind you to the ClusterRole parapet-grant \(verb grant/;
    let held: ObjectRef;

    before(async () => {
      held = policy(uniqueName('roles'));
      await cluster.holder('grant').create(policyWithRoles(held.name));
    });

    it('lets everybody who may write policies write those without roles', async () => {
      const { roles: _, ...spec } = policyWithRoles('any')['spec'] as Record<string, unknown>;
      const name = uniqueName('plain');
      const limits = [{ type: 'Container', max: { cpu: '2' } }];
      await cluster.gitops.create({ ...policyWithRoles(name), spec: { ...spec, limitRange: { limits } } });
      await cluster.gitops.edit(policy(name), { spec: { priority: 200 } });
      expect(await refusal(() => cluster.gitops.edit(policy(name), { spec: { roles: roles.roles } }))).to.match(GRANTS);
      await cluster.gitops.delete(policy(name));
    });

    it('refuses to create, widen, retarget and empty a policy with roles, with a message that says whom to ask', async () => {
      for (const attempt of [
        () => cluster.gitops.create(policyWithRoles(uniqueName('roles'))),
        () => cluster.gitops.apply(policyWithRoles(uniqueName('roles'))),
        () => cluster.gitops.edit(held, { spec: { namespaceSelector: { matchLabels: { other: 'label' } } } }),
        () => cluster.gitops.edit(held, { spec: { roles: null } }),
      ]) {
        const message = await refusal(attempt);
        expect(message).to.match(GRANTS);
        expect(message).to.have.length.below(1024);
      }
    });

    it('lets finalizers, labels and status of such a policy through, and its deletion', async () => {
      const name = uniqueName('roles');
      await cluster.holder('grant').create(policyWithRoles(name));
      const finalizers = ['parapet.dev/cleanup'];
      await cluster.gitops.edit(policy(name), { metadata: { finalizers, labels: { team: 'platform' } } });
      await cluster.gitops.patch(policy(name), { status: { observedGeneration: 1 } }, '/status');
      await cluster.gitops.delete(policy(name));
      await cluster.gitops.edit(policy(name), { metadata: { finalizers: null } });
      expect(await cluster.gitops.get(policy(name))).to.equal(undefined);
    });

    it('lets the holder of the verb do all of it, for one policy where only that is named', async () => {
      await cluster.holder('grant').edit(held, { spec: { priority: 300 } });
      const metadata = { name: uniqueName('one-grant') };
      const rules = [
        {
          apiGroups: ['parapet.dev'],
          resources: ['clustersecuritypolicies'],
          resourceNames: [held.name],
          verbs: ['grant'],
        },
      ];
      await cluster.admin.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules });
      await cluster.permit('delegate');
      await cluster.bind(metadata.name, 'delegate');
      const delegate = cluster.as('delegate');
      await until('the binding takes effect', async () => {
        await delegate.edit(held, { spec: { priority: 400 } });
        return true;
      });
      expect(await refusal(() => delegate.create(policyWithRoles(uniqueName('roles'))))).to.match(GRANTS);
    });
  });

  describe('relabel.parapet.dev', () => {
    const RELABELS =
      /'relabel\.parapet\.dev'.*label parapet\.dev\/size of Namespace \S+ decides.*ClusterRole parapet-relabel/;
    let team: string;

    before(async () => {
      team = uniqueName('team');
      const metadata = { name: team, labels: { [SIZE]: 'small', team: 'a' } };
      await cluster.holder('relabel').create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    });

    const attempts: Readonly<Record<string, (team: string) => Promise<unknown>>> = {
      'a namespace that is born with one': () =>
        cluster.gitops.create({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: uniqueName('team'), labels: { [SIZE]: 'large' } },
        }),
      'another value': (name) => cluster.gitops.edit(namespace(name), { metadata: { labels: { [SIZE]: 'large' } } }),
      'its removal': (name) => cluster.gitops.edit(namespace(name), { metadata: { labels: { [SIZE]: null } } }),
      'the removal of all labels': (name) => cluster.gitops.edit(namespace(name), { metadata: { labels: null } }),
      'another value by way of status': (name) =>
        cluster.gitops.patch(namespace(name), { metadata: { labels: { [SIZE]: 'large' } } }, '/status'),
      'another value by way of finalize': async (name) => {
        const live = await cluster.gitops.read(namespace(name));
        const metadata = { ...live.metadata, labels: { ...live.metadata.labels, [SIZE]: 'large' } };
        await cluster.gitops.call({
          method: 'PUT',
          path: `/api/v1/namespaces/${name}/finalize`,
          body: { ...live, metadata },
        });
      },
    };
    for (const [what, attempt] of Object.entries(attempts)) {
      it(`refuses ${what}`, async () => {
        const message = await refusal(() => attempt(team));
        expect(message).to.match(RELABELS);
        expect(message).to.have.length.below(1024);
      });
    }

    it('counts the others where several labels would change', async () => {
      const labels = { [SIZE]: 'large', 'parapet.dev/guard-roles': 'true', other: 'x' };
      const message = await refusal(() => cluster.gitops.edit(namespace(team), { metadata: { labels } }));
      expect(message).to.include('(and 1 more)');
    });

    it('lets every other label of such a namespace change, and it be deleted', async () => {
      const name = uniqueName('team');
      const metadata = { name, labels: { [SIZE]: 'small' } };
      await cluster.holder('relabel').create({ apiVersion: 'v1', kind: 'Namespace', metadata });
      await cluster.gitops.edit(namespace(name), { metadata: { labels: { team: 'b', 'example.com/x': 'y' } } });
      await cluster.gitops.apply({ apiVersion: 'v1', kind: 'Namespace', metadata }, 'argocd');
      await cluster.gitops.delete(namespace(name));
      await until('it is gone', async () => (await cluster.admin.get(namespace(name))) === undefined);
    });

    it('lets the holder of the verb set, change and remove them', async () => {
      const holder = cluster.holder('relabel');
      await holder.edit(namespace(team), { metadata: { labels: { [SIZE]: 'large' } } });
      await holder.edit(namespace(team), { metadata: { labels: { [SIZE]: null } } });
    });
  });

  describe('except.parapet.dev', () => {
    const ref = (name: string): ObjectRef => ({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'SecurityException',
      name,
    });
    let name: string;

    before(async () => {
      name = uniqueName('except');
      await cluster.holder('except').create(securityException(name));
    });

    it('refuses new and changed exceptions to whoever lacks the verb', async () => {
      for (const attempt of [
        () => cluster.gitops.create(securityException(uniqueName('except'))),
        () => cluster.gitops.edit(ref(name), { spec: { expirationTime: '2039-01-01T00:00:00Z' } }),
      ]) {
        expect(await refusal(attempt)).to.match(/'except\.parapet\.dev'.*by pull request.*ClusterRole parapet-except/);
      }
    });

    it('lets finalizers and status through, and takes nobody the right to end an exception', async () => {
      await cluster.gitops.edit(ref(name), { metadata: { finalizers: ['example.com/x'] } });
      await cluster.gitops.patch(ref(name), { status: { observedGeneration: 1 } }, '/status');
      await cluster.gitops.edit(ref(name), { metadata: { finalizers: null } });
      await cluster.gitops.delete(ref(name));
    });

    it('asks for grant as well where an exception overrides roles', async () => {
      const { roles } = policyWithRoles('any')['spec'] as { readonly roles: readonly object[] };
      const overriding = securityException(uniqueName('except'), { effect: 'Override', override: { roles } });
      expect(await refusal(() => cluster.holder('except').create(overriding))).to.match(
        /'except\.parapet\.dev'.*spec\.override\.roles.*ClusterRole parapet-grant/,
      );
    });
  });
});
