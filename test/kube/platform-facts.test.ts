import { expect } from 'chai';
import { NOTHING_FOUND, platformFacts, unknownFacts } from '../../src/kube/platform-facts.ts';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import { claim, context } from '../slots/fold-context.ts';
import { platformCases } from './support/platforms.ts';

/** The one policy: what it renders differs, itself does not. */
const baseline: NetworkPolicyBlock = {
  defaultDeny: ['Ingress', 'Egress'],
  allow: ['DNS', 'SameNamespace', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'],
};

interface Peer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port?: number }[];
}
interface Spec {
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** By allow, one line a rule. */
function rendered(platform: PlatformFacts): Readonly<Record<string, readonly string[]>> {
  const allows = networkPolicy
    .fold([claim('baseline', baseline)], context({ platform }))
    .filter(({ name }) => name.startsWith('parapet-allow-') && name !== 'parapet-allow-same-namespace');
  return Object.fromEntries(
    allows.map(({ name, content }) => {
      const { ingress = [], egress = [] } = content['spec'] as Spec;
      return [name.replace('parapet-allow-', ''), [...ingress, ...egress].map(line)];
    }),
  );
}

function line({ from, to, ports = [] }: Rule): string {
  const byProtocol = Map.groupBy(ports, ({ protocol }) => protocol);
  const told = [...byProtocol].map(
    ([protocol, each]) => `${protocol} ${each.map(({ port = 'any' }) => port).join(',')}`,
  );
  return `${from === undefined ? 'to' : 'from'} ${(from ?? to ?? []).map(peer).join(' ')} at ${told.join(' ')}`;
}

function peer({ ipBlock, namespaceSelector, podSelector }: Peer): string {
  if (ipBlock !== undefined) return ipBlock.cidr;
  const labels = Object.entries(podSelector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return `${Object.values(namespaceSelector?.matchLabels ?? {}).join()}/${labels.join()}`;
}

const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kubeadm: {
    dns: ['to kube-system/k8s-app=kube-dns 10.96.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.96.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.10/32 at TCP any'],
  },
  'kubeadm with NodeLocal DNSCache, whose admins tell its nodes': {
    dns: [
      'to kube-system/k8s-app=kube-dns 10.96.0.10/32 169.254.20.10/32 kube-system/k8s-app=node-local-dns at UDP 53 TCP 53',
    ],
    'kubernetes-api': ['to 10.96.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.0/24 192.0.2.10/32 at TCP any'],
  },
  k3s: {
    dns: ['to kube-system/k8s-app=kube-dns 10.43.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.43.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.10/32 at TCP any'],
  },
  'RKE2 with Canal': {
    dns: ['to kube-system/app.kubernetes.io/name=rke2-coredns,k8s-app=kube-dns 10.43.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.43.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.10/32 at TCP any'],
  },
  'kubespray, whose admins tell its node-local DNS': {
    dns: ['to 169.254.25.10/32 kube-system/k8s-app=kube-dns at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.233.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.10/32 at TCP any'],
  },
  'Gardener, whose CoreDNS listens on 8053': {
    dns: ['to kube-system/k8s-app=kube-dns 100.64.0.10/32 at UDP 53,8053 TCP 53,8053'],
    'kubernetes-api': ['to 100.64.0.1/32 203.0.113.5/32 at TCP 443'],
    webhooks: ['from 203.0.113.5/32 at TCP any'],
  },
  EKS: {
    dns: ['to kube-system/k8s-app=kube-dns 172.20.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.0.12.7/32 10.0.40.9/32 172.20.0.1/32 at TCP 443'],
    webhooks: ['from 10.0.12.7/32 10.0.40.9/32 at TCP any'],
    'cloud-identity': ['to 169.254.170.23/32 fd00:ec2::23/128 at TCP 80'],
  },
  'GKE without Dataplane V2': {
    dns: [
      'to kube-system/k8s-app=kube-dns 34.118.224.10/32 169.254.20.10/32 kube-system/k8s-app=node-local-dns 169.254.169.254/32 at UDP 53 TCP 53',
    ],
    'kubernetes-api': ['to 203.0.113.5/32 34.118.224.1/32 at TCP 443'],
    webhooks: ['from kube-system/k8s-app=konnectivity-agent 203.0.113.5/32 at TCP any'],
    'cloud-identity': ['to 169.254.169.254/32 at TCP 80,8080', 'to 169.254.169.252/32 at TCP 987,988'],
  },
  'GKE with Dataplane V2 and Cloud DNS': {
    dns: [
      'to kube-system/k8s-app=kube-dns 169.254.20.10/32 kube-system/k8s-app=node-local-dns 169.254.169.254/32 at UDP 53 TCP 53',
    ],
    'kubernetes-api': ['to 10.96.0.1/32 203.0.113.5/32 at TCP 443'],
    webhooks: ['from kube-system/k8s-app=konnectivity-agent 203.0.113.5/32 at TCP any'],
    'cloud-identity': ['to 169.254.169.254/32 at TCP 80,8080', 'to 169.254.169.252/32 at TCP 987,988'],
  },
  'AKS, whose admins tell the cloud': {
    dns: ['to kube-system/k8s-app=kube-dns 10.0.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.0.0.1/32 203.0.113.5/32 at TCP 443'],
    webhooks: ['from kube-system/app=konnectivity-agent 10.224.0.0/16 203.0.113.5/32 at TCP any'],
  },
  OpenShift: {
    dns: ['to openshift-dns/dns.operator.openshift.io/daemonset-dns=default at UDP 53,5353 TCP 53,5353'],
    'kubernetes-api': ['to 172.30.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.10/32 at TCP any'],
  },
  'Cilium as it is installed by default, the API server on a node': {
    dns: ['to kube-system/k8s-app=kube-dns 10.96.0.10/32 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.96.0.1/32 at TCP 443', 'to 192.0.2.10/32 at TCP 6443'],
    webhooks: ['from 192.0.2.0/24 192.0.2.10/32 at TCP any'],
  },
  'Cilium with policy-cidr-match-mode nodes, dual stack': {
    dns: ['to kube-system/k8s-app=kube-dns 10.96.0.10/32 fd00:96::a/128 at UDP 53 TCP 53'],
    'kubernetes-api': ['to 10.96.0.1/32 at TCP 443', 'to 2001:db8::10/128 at TCP 6443'],
    webhooks: ['from 192.0.2.0/24 2001:db8::/64 2001:db8::10/128 at TCP any'],
  },
  'a cluster that answers nothing': { dns: ['to kube-system/k8s-app=kube-dns at UDP 53 TCP 53'] },
};

describe('one policy, unchanged', () => {
  for (const { title, found, endpoints, told } of platformCases) {
    it(`renders what ${title} needs`, () => {
      const lines = rendered(platformFacts(found, endpoints, told));
      expect(lines).to.deep.equal(expected[title]);
    });
  }

  it('has no effect on the API server only where that is on a node that no ipBlock matches', () => {
    const told = platformCases.flatMap(({ title, found, endpoints, told: flags }) => {
      const platform = platformFacts(found, endpoints, flags);
      const desired = networkPolicy.fold([claim('baseline', baseline)], context({ platform }));
      return desired.flatMap(({ name, caveat }) =>
        caveat === undefined ? [] : [`${title}: ${name} ${caveat.reason}`],
      );
    });
    expect(told).to.deep.equal([
      'Cilium as it is installed by default, the API server on a node: parapet-allow-kubernetes-api NotEffective',
      'Cilium as it is installed by default, the API server on a node: parapet-allow-webhooks NotEffective',
    ]);
  });

  it('is shown on as many platforms as are told of', () => {
    expect(Object.keys(expected)).to.deep.equal(platformCases.map(({ title }) => title));
  });
});

describe('platformFacts', () => {
  const [kubeadm] = platformCases;
  const found = kubeadm?.found ?? NOTHING_FOUND;

  it('lets what is told count more than what is found, for what follows from it as well', () => {
    const facts = platformFacts(found, [], { cloud: 'gcp', nodeCidrs: ['10.0.0.0/16'] });
    expect(facts).to.deep.include({ cloud: 'gcp', nodeCidrs: ['10.0.0.0/16'] });
    expect(facts.dns.peers).to.deep.include({ cidr: '169.254.169.254/32' });
    const dns = { peers: [{ cidr: '10.0.0.10/32' }], ports: [53] };
    expect(platformFacts(found, [], { cloud: 'gcp', dns }).dns).to.equal(dns);
  });

  it('takes an EKS for none where that is told', () => {
    const eks = platformCases.find(({ title }) => title === 'EKS')?.found ?? NOTHING_FOUND;
    expect(platformFacts(eks, []).cloud).to.equal('aws');
    expect(platformFacts(eks, [], { cloud: 'none' }).cloud).to.equal('none');
  });

  it('never takes a Service without a selector for every pod of its namespace', () => {
    const service = { name: 'kube-dns', clusterIPs: ['10.0.0.10'], selector: {}, targetPorts: [] };
    const { peers } = platformFacts({ ...found, dnsServices: [service] }, []).dns;
    expect(peers[0]).to.deep.equal({ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } });
  });

  for (const [mode, matches] of [
    [undefined, false],
    ['', false],
    ['nodes', true],
    ['nodes, pods', true],
    ['nodes pods', true],
    ['nodesets', false],
  ] as const) {
    it(`takes Cilium with policy-cidr-match-mode ${JSON.stringify(mode)} for one whose ipBlocks ${matches ? '' : 'do not '}match nodes`, () => {
      const { cni } = platformFacts({ ...found, apiGroups: ['cilium.io'], ciliumCidrMatchMode: mode }, []);
      expect(cni).to.deep.equal({ name: 'cilium', ipBlockMatchesNodes: matches });
    });
  }
});

describe('unknownFacts', () => {
  it('names every fact where nothing was found or told', () => {
    const facts = platformFacts(NOTHING_FOUND, []);
    expect(unknownFacts(facts, NOTHING_FOUND)).to.deep.equal(['dns', 'apiServer', 'nodeCidrs', 'cloud', 'cni']);
  });

  it('names none that is told', () => {
    const told = platformFacts(NOTHING_FOUND, []);
    expect(unknownFacts(told, NOTHING_FOUND, told)).to.deep.equal([]);
  });

  for (const [title, unknown] of [
    ['kubeadm', ['nodeCidrs', 'cloud', 'cni']],
    ['EKS', ['nodeCidrs', 'cni']],
    ['OpenShift', ['nodeCidrs', 'cloud']],
  ] as const) {
    it(`leaves ${unknown.join(', ')} unknown on ${title}`, () => {
      const { found, endpoints } = platformCases.find((each) => each.title === title) ?? {
        found: NOTHING_FOUND,
        endpoints: [],
      };
      expect(unknownFacts(platformFacts(found, endpoints), found)).to.deep.equal(unknown);
    });
  }
});
