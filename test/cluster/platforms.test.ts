import { expect } from 'chai';
import type { OperatorProcess } from '../../hack/support/operator-process.ts';
import { platformFacts } from '../../src/kube/platform-facts.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import { platformCases } from '../kube/support/platforms.ts';
import { claim, context } from '../slots/fold-context.ts';
import { startCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { dryRun } from './harness/dry-run.ts';
import { apiGroup, ciliumConfig, dnsService } from './harness/platform-objects.ts';
import { policy, slot } from './harness/refs.ts';
import { conditionsOf, reconciled, slotReport } from './harness/reports.ts';
import { eventually } from './harness/until.ts';

const NAMESPACE = 'platforms';
const DNS_PODS = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const OPENSHIFT_PODS = { namespace: 'openshift-dns', labels: { 'dns.operator.openshift.io/daemonset-dns': 'default' } };

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number }[];
}
interface Written extends KubeObject {
  readonly spec: { readonly ingress?: readonly Rule[]; readonly egress?: readonly Rule[] };
}

describe('A policy that stays as it is', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let operator: OperatorProcess;

  before(async () => {
    cluster = await startCluster('--audit-log');
  });
  after(async () => {
    await operator.stop();
    await cluster.admin.close();
    await cluster.controlPlane.stop();
  });

  it('opens on a kubeadm cluster what that needs', async () => {
    await cluster.admin.create(dnsService('kube-dns', '10.96.0.10', { selector: DNS_PODS.labels }));
    await cluster.applyFixture('platforms');
    operator = await cluster.startOperator({ flags: ['--node-cidrs', '192.0.2.0/24'] });
    await operator.working();
    await reconciled(cluster, 'platforms', '1/1');

    const [dns] = await rulesOf('parapet-allow-dns', 'egress');
    expect(dns?.to?.map(told)).to.deep.equal([DNS_PODS, '10.96.0.10/32']);
    expect(portsOf(dns)).to.deep.equal(['UDP 53', 'TCP 53']);
    const [webhooks] = await rulesOf('parapet-allow-webhooks', 'ingress');
    expect(webhooks?.from?.map(told)).to.include('192.0.2.0/24');
    expect(await allows()).to.not.include('parapet-allow-cloud-identity');
  });

  it('keeps metadata addresses closed whatever it opens', async () => {
    const opened = (await rulesOf('parapet-policy-internet', 'egress')).flatMap(({ to = [] }) => to);
    const closed = new Map(opened.map(({ ipBlock }) => [ipBlock?.cidr, ipBlock?.except]));
    expect([...closed.keys()]).to.deep.equal(['0.0.0.0/0', '::/0', '169.254.0.0/16', 'fd00::/8']);
    expect(closed.get('0.0.0.0/0')).to.include.members(['169.254.169.254/32', '168.63.129.16/32']);
    expect(closed.get('::/0')).to.include('fd00:ec2::254/128');
    expect(closed.get('169.254.0.0/16')).to.include.members(['169.254.169.0/24', '169.254.170.23/32']);
    expect(closed.get('fd00::/8')).to.include('fd00:ec2::23/128');
    const [anyone] = await rulesOf('parapet-policy-anyone', 'ingress');
    expect(anyone).to.not.have.property('from');
  });

  it('opens on another platform what that needs, and closes what it does not', async () => {
    const before = {
      policy: await cluster.admin.read(policy('platforms')),
      deny: await written('parapet-default-deny'),
    };
    await cluster.admin.delete({ apiVersion: 'v1', kind: 'Service', namespace: 'kube-system', name: 'kube-dns' });
    await cluster.admin.create(apiGroup('security.openshift.io'));
    await restarted('--cloud', 'aws');

    await eventually('DNS is OpenShift’s', async () => {
      const [dns] = await rulesOf('parapet-allow-dns', 'egress');
      expect(dns?.to?.map(told)).to.deep.equal([OPENSHIFT_PODS]);
      expect(portsOf(dns)).to.deep.equal(['UDP 53', 'TCP 53', 'UDP 5353', 'TCP 5353']);
    });
    await eventually('EKS Pod Identity is open, and the nodes’ network is not', async () => {
      const [identity] = await rulesOf('parapet-allow-cloud-identity', 'egress');
      expect(identity?.to?.map(told)).to.deep.equal(['169.254.170.23/32', 'fd00:ec2::23/128']);
      const [webhooks] = await rulesOf('parapet-allow-webhooks', 'ingress');
      expect(webhooks?.from?.map(told)).to.not.include('192.0.2.0/24');
    });

    const after = {
      policy: await cluster.admin.read(policy('platforms')),
      deny: await written('parapet-default-deny'),
    };
    expect(after.policy.metadata.generation).to.equal(before.policy.metadata.generation);
    expect(after.policy.spec).to.deep.equal(before.policy.spec);
    expect(after.deny.metadata.resourceVersion).to.equal(before.deny.metadata.resourceVersion);
    await reconciled(cluster, 'platforms', '1/1');
  });

  it('says what has no effect under Cilium, and what to set, until it is set', async () => {
    const api = 'NetworkPolicy/parapet-allow-kubernetes-api';
    await cluster.admin.create(apiGroup('cilium.io'));
    await restarted('--cloud', 'none');
    await eventually('it is told', async () => {
      const report = await slotReport(cluster, NAMESPACE, api);
      expect(report).to.include({ state: 'OK', reason: 'NotEffective' });
      expect(report.message).to.include('policy-cidr-match-mode');
    });
    const status = await reconciled(cluster, 'platforms', '1/1');
    expect(conditionsOf(status)).to.deep.equal({ Ready: 'True/Succeeded', Drifted: 'False/NoDrift' });

    await cluster.admin.create(ciliumConfig('nodes'));
    await restarted('--cloud', 'none');
    await eventually('it is told no more', async () => {
      expect(await slotReport(cluster, NAMESPACE, api))
        .to.include({ state: 'OK' })
        .and.not.have.property('reason');
    });
  });

  it('asks for nothing that config/rbac does not grant', async () => {
    const refused = (await cluster.auditLog('system:serviceaccount:parapet-system:parapet')).filter(
      ({ responseStatus }) => responseStatus?.code === 403,
    );
    expect(refused.map(({ verb, objectRef }) => [verb, objectRef?.resource, objectRef?.name])).to.deep.equal([]);
  });

  const block: NetworkPolicyBlock = {
    defaultDeny: ['Ingress', 'Egress'],
    allow: ['DNS', 'SameNamespace', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'],
    policies: [{ name: 'everywhere', spec: { egress: [{}] } }],
  };
  for (const { title, found, endpoints, told: flags } of platformCases) {
    it(`renders for ${title} what the API server takes as it is`, async () => {
      const { resource } = networkPolicy.objects[0] ?? {};
      if (resource === undefined) throw new Error('networkPolicy has no kind');
      const platform = platformFacts(found, endpoints, flags);
      for (const { name, content } of networkPolicy.fold([claim('a', block)], context({ platform }))) {
        const metadata = { name: `tried-${name}`, namespace: NAMESPACE };
        const sent = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, ...content } as KubeObject;
        const { code, message, object } = await dryRun(cluster.admin, resource, sent);
        expect(code, message).to.equal(201);
        expect(object['spec'], name).to.deep.equal(content['spec']);
      }
    });
  }

  async function restarted(...flags: readonly string[]): Promise<void> {
    expect(await operator.stop()).to.deep.equal({ code: 0, signal: null });
    operator = await cluster.startOperator({ flags });
    await operator.working();
  }

  async function written(name: string): Promise<Written> {
    return (await cluster.admin.read(slot(NAMESPACE, `NetworkPolicy/${name}`))) as Written;
  }

  async function rulesOf(name: string, direction: 'ingress' | 'egress'): Promise<readonly Rule[]> {
    return (await written(name)).spec[direction] ?? [];
  }

  async function allows(): Promise<readonly string[]> {
    const list = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE };
    return (await cluster.admin.list(list)).map(({ metadata }) => metadata.name);
  }
});

function told({ ipBlock, namespaceSelector, podSelector }: Peer): unknown {
  if (ipBlock !== undefined) return ipBlock.cidr;
  return {
    namespace: namespaceSelector?.matchLabels['kubernetes.io/metadata.name'],
    labels: podSelector?.matchLabels,
  };
}

function portsOf(rule: Rule | undefined): readonly string[] {
  return (rule?.ports ?? []).map(({ protocol, port = 'any' }) => `${protocol} ${port}`);
}
