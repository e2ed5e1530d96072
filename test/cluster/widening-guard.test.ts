import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { uniqueName } from './harness/cluster.ts';
import { guardedCluster, refusal } from './harness/guarded-cluster.ts';
import type { GuardedCluster } from './harness/guarded-cluster.ts';
import { namespace, slot } from './harness/refs.ts';
import { reconciled } from './harness/reports.ts';
import {
  broadNetworks,
  broadRules,
  narrowNetworks,
  narrowRules,
  networkPolicy,
  pods,
  role,
  roleBinding,
  to,
  user,
} from './widenings.ts';

const NETWORK = 'parapet.dev/guard-network';

describe('config/admission/widening on a real API server', function () {
  this.timeout(90_000);
  let cluster: GuardedCluster;
  let open: string;
  before(async () => {
    cluster = await guardedCluster();
    open = await cluster.createNamespace();
  });

  describe('network.parapet.dev', () => {
    for (const [what, [spec, told]] of Object.entries(broadNetworks)) {
      it(`refuses ${what}, and only in a guarded namespace`, async () => {
        const message = await refusal(() => cluster.gitops.create(networkPolicy('guarded', spec)));
        expect(message).to.match(/'network\.parapet\.dev'.*NetworkPolicy np-\S+ in namespace guarded opens/);
        expect(message).to.include(told).and.to.include('ClusterRole parapet-break-glass');
        expect(message).to.have.length.below(1024);
        await cluster.gitops.create(networkPolicy(open, spec));
      });
    }

    for (const [what, spec] of Object.entries(narrowNetworks)) {
      it(`lets through ${what}`, async () => {
        await cluster.gitops.create(networkPolicy('guarded', spec));
      });
    }

    it('guards the directions that the label names', async () => {
      for (const [direction, other] of [
        ['ingress', 'egress'],
        ['egress', 'ingress'],
      ] as const) {
        const label = direction === 'ingress' ? 'Ingress' : 'Egress';
        const team = await cluster.createNamespace({ [NETWORK]: label });
        expect(await refusal(() => cluster.gitops.create(networkPolicy(team, { [direction]: [{}] })))).to.include(
          `opens ${direction} to every peer`,
        );
        await cluster.gitops.create(networkPolicy(team, { [other]: [{}] }));
      }
    });

    it('judges an edit of the spec, and leaves what was there before alone until then', async () => {
      const team = await cluster.createNamespace();
      const { metadata, ...found } = await cluster.gitops.create(networkPolicy(team, { ingress: [{}] }));
      const ref = { ...found, name: metadata.name, namespace: team };
      await cluster.admin.edit(namespace(team), { metadata: { labels: { [NETWORK]: 'All' } } });
      await cluster.gitops.edit(ref, { metadata: { labels: { a: 'b' }, finalizers: [] } });
      expect(await refusal(() => cluster.gitops.edit(ref, { spec: { egress: [{}] } }))).to.include('opens');
      const narrow = { from: [{ podSelector: {} }] };
      await cluster.gitops.edit(ref, { spec: { ingress: [narrow] } });
      expect(await refusal(() => cluster.gitops.edit(ref, { spec: { ingress: [narrow, {}] } }))).to.include('opens');
      await cluster.gitops.delete(ref);
    });

    it('judges five thousand networks within the budget of expressions', async () => {
      const cidrs = Array.from({ length: 5000 }, (_, index) => `11.${index >> 8}.${index & 255}.0/24`);
      await cluster.gitops.tryCreate(networkPolicy('guarded', to(...cidrs)));
      const broad = networkPolicy('guarded', to(...cidrs, '::/0'));
      expect(await refusal(() => cluster.gitops.tryCreate(broad))).to.include('as good as everywhere');
    });

    it('lets whoever may break glass do it', async () => {
      await cluster.holder('break-glass').create(networkPolicy('guarded', { ingress: [{}] }));
    });
  });

  describe('role.parapet.dev', () => {
    for (const [what, [rule, told]] of Object.entries(broadRules)) {
      it(`refuses a Role that has: ${what}`, async () => {
        const message = await refusal(() => cluster.gitops.create(role('guarded', pods, rule)));
        expect(message).to.match(/'role\.parapet\.dev'.*Role role-\S+ in namespace guarded/);
        expect(message).to.include(told).and.to.include('ClusterRole parapet-break-glass');
        expect(message).to.have.length.below(1024);
        await cluster.gitops.create(role(open, pods, rule));
        await cluster.holder('break-glass').create(role('guarded', rule));
      });
    }

    for (const [what, rule] of Object.entries(narrowRules)) {
      it(`lets through a Role that ${what}, and widening it no further`, async () => {
        const { metadata, ...found } = await cluster.gitops.create(role('guarded', pods, rule));
        const ref = { ...found, name: metadata.name, namespace: 'guarded' };
        const wide = { rules: [{ ...pods, resources: ['secrets'] }] };
        expect(await refusal(() => cluster.gitops.edit(ref, wide))).to.include('reads Secrets');
        await cluster.gitops.edit(ref, { metadata: { labels: { a: 'b' } } });
      });
    }
  });

  describe('role-binding.parapet.dev', () => {
    const broad = [
      'cluster-admin',
      'admin',
      'edit',
      'system:aggregate-to-edit',
      'system:controller:namespace-controller',
    ];
    for (const name of broad) {
      it(`refuses to bind ClusterRole ${name}`, async () => {
        const roleRef = { kind: 'ClusterRole', name };
        const message = await refusal(() => cluster.gitops.create(roleBinding('guarded', roleRef)));
        expect(message).to.match(/'role-binding\.parapet\.dev'.*RoleBinding binding-\S+ in namespace guarded grants/);
        expect(message).to.include(`ClusterRole ${name},`).and.to.include('ClusterRole parapet-break-glass');
        await cluster.gitops.create(roleBinding(open, roleRef));
        await cluster.holder('break-glass').create(roleBinding('guarded', roleRef));
      });
    }

    it('lets through view, and a Role of the namespace whatever it is called', async () => {
      await cluster.gitops.create(roleBinding('guarded', { kind: 'ClusterRole', name: 'view' }));
      await cluster.gitops.create(roleBinding('guarded', { kind: 'Role', name: 'admin' }));
    });

    it('lets subjects be taken away and refuses to add any', async () => {
      const roleRef = { kind: 'ClusterRole', name: 'edit' };
      const before = [user('ann'), user('bob')];
      const { metadata, ...found } = await cluster
        .holder('break-glass')
        .create(roleBinding('guarded', roleRef, before));
      const ref = { ...found, name: metadata.name, namespace: 'guarded' };
      await cluster.gitops.edit(ref, { subjects: [user('bob')] });
      const exchanged = { subjects: [user('mallory')] };
      expect(await refusal(() => cluster.gitops.edit(ref, exchanged))).to.include('grants ClusterRole edit');
    });
  });

  describe('the operator', () => {
    let operator: OperatorProcess;
    before(async () => {
      operator = await cluster.startOperator();
      await operator.working();
    });
    after(() => operator.stop());

    it('writes what policies ask for: they, not tenants, may open a namespace', async () => {
      const name = uniqueName('widening');
      const team = await cluster.createNamespace({ [NETWORK]: 'All', 'parapet.dev/guard-roles': 'true', suite: name });
      const policies = [{ name: 'public', spec: { podSelector: {}, ingress: [{}] } }];
      await cluster.admin.create({
        apiVersion: 'parapet.dev/v1alpha1',
        kind: 'ClusterSecurityPolicy',
        metadata: { name },
        spec: {
          mode: 'Enforce',
          namespaceSelector: { matchLabels: { suite: name } },
          networkPolicy: { defaultDeny: ['Ingress'], policies },
        },
      });
      await reconciled(cluster, name, '1/1');
      await cluster.admin.read(slot(team, 'NetworkPolicy/parapet-policy-public'));
    });
  });
});
