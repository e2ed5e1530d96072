import type { DnsService, Findings } from '../../../src/kube/platform-facts.ts';
import type { Endpoint, PlatformFacts } from '../../../src/slots/platform-facts.ts';

/** A cluster as it is found, and what its admins tell of it by flags. */
export interface PlatformCase {
  readonly title: string;
  readonly found: Findings;
  readonly endpoints: readonly Endpoint[];
  readonly told?: Partial<PlatformFacts>;
}

const KUBERNETES_GROUPS = ['apps', 'networking.k8s.io', 'rbac.authorization.k8s.io', 'parapet.dev'];

function dnsService(name: string, ip: string, members: Partial<DnsService> = {}): DnsService {
  return { name, clusterIPs: [ip], selector: { 'k8s-app': 'kube-dns' }, targetPorts: [53], ...members };
}

function found(version: string, dnsServices: readonly DnsService[], members: Partial<Findings> = {}): Findings {
  const service = dnsServices[0]?.clusterIPs[0]?.replace(/\.\d+$/, '.1') ?? '10.96.0.1';
  const apiServer = [{ ip: service, port: 443 }];
  return { version, dnsServices, apiServer, apiGroups: KUBERNETES_GROUPS, ...members };
}

function groups(...more: readonly string[]): Pick<Findings, 'apiGroups'> {
  return { apiGroups: [...KUBERNETES_GROUPS, ...more] };
}

const node: Endpoint = { ip: '192.0.2.10', port: 6443 };
const managed: Endpoint = { ip: '203.0.113.5', port: 443 };

/** Every platform that Parapet makes a difference for, as its objects are named there. */
export const platformCases: readonly PlatformCase[] = [
  { title: 'kubeadm', found: found('v1.36.3', [dnsService('kube-dns', '10.96.0.10')]), endpoints: [node] },
  {
    title: 'kubeadm with NodeLocal DNSCache, whose admins tell its nodes',
    found: found('v1.36.3', [dnsService('kube-dns', '10.96.0.10'), dnsService('kube-dns-upstream', '10.96.0.77')]),
    endpoints: [node],
    told: { nodeCidrs: ['192.0.2.0/24'], cloud: 'none' },
  },
  {
    title: 'k3s',
    found: found('v1.36.3+k3s1', [dnsService('kube-dns', '10.43.0.10', { targetPorts: [] })], groups('k3s.cattle.io')),
    endpoints: [node],
  },
  {
    title: 'RKE2 with Canal',
    found: found(
      'v1.36.3+rke2r1',
      [
        dnsService('rke2-coredns-rke2-coredns', '10.43.0.10', {
          selector: { 'k8s-app': 'kube-dns', 'app.kubernetes.io/name': 'rke2-coredns' },
        }),
      ],
      groups('k3s.cattle.io', 'crd.projectcalico.org'),
    ),
    endpoints: [node],
  },
  {
    title: 'kubespray, whose admins tell its node-local DNS',
    found: found('v1.36.3', [dnsService('coredns', '10.233.0.3')], groups('crd.projectcalico.org')),
    endpoints: [node],
    told: {
      dns: {
        peers: [{ cidr: '169.254.25.10/32' }, { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }],
        ports: [53],
      },
    },
  },
  {
    title: 'Gardener, whose CoreDNS listens on 8053',
    found: found('v1.36.3', [dnsService('kube-dns', '100.64.0.10', { targetPorts: [8053] })]),
    endpoints: [managed],
  },
  {
    title: 'EKS',
    found: found('v1.36.1-eks-1fbb135', [dnsService('kube-dns', '172.20.0.10')], groups('vpcresources.k8s.aws')),
    endpoints: [
      { ip: '10.0.12.7', port: 443 },
      { ip: '10.0.40.9', port: 443 },
    ],
  },
  {
    title: 'GKE without Dataplane V2',
    found: found(
      'v1.36.1-gke.1386000',
      [dnsService('kube-dns', '34.118.224.10')],
      groups('networking.gke.io', 'crd.projectcalico.org'),
    ),
    endpoints: [managed],
  },
  {
    title: 'GKE with Dataplane V2 and Cloud DNS',
    found: found('v1.36.1-gke.1386000', [], groups('networking.gke.io', 'cilium.io')),
    endpoints: [managed],
  },
  {
    title: 'AKS, whose admins tell the cloud',
    found: found('v1.36.1', [dnsService('kube-dns', '10.0.0.10')]),
    endpoints: [managed],
    told: { cloud: 'azure', nodeCidrs: ['10.224.0.0/16'] },
  },
  {
    title: 'OpenShift',
    found: found('v1.36.1+f67aeb3', [], {
      ...groups('security.openshift.io', 'config.openshift.io', 'k8s.ovn.org'),
      apiServer: [{ ip: '172.30.0.1', port: 443 }],
    }),
    endpoints: [node],
  },
  {
    title: 'Cilium as it is installed by default, the API server on a node',
    found: found('v1.36.3', [dnsService('kube-dns', '10.96.0.10')], {
      ...groups('cilium.io'),
      ciliumCidrMatchMode: '',
    }),
    endpoints: [node],
    told: { nodeCidrs: ['192.0.2.0/24'] },
  },
  {
    title: 'Cilium with policy-cidr-match-mode nodes, dual stack',
    found: found('v1.36.3', [dnsService('kube-dns', '10.96.0.10', { clusterIPs: ['10.96.0.10', 'fd00:96::a'] })], {
      ...groups('cilium.io'),
      ciliumCidrMatchMode: 'nodes',
    }),
    endpoints: [{ ip: '2001:db8::10', port: 6443 }],
    told: { nodeCidrs: ['192.0.2.0/24', '2001:db8::/64'] },
  },
  {
    title: 'a cluster that answers nothing',
    found: { dnsServices: [], apiServer: [], version: '', apiGroups: [] },
    endpoints: [],
  },
];
