import { expect } from 'chai';
import fc from 'fast-check';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import type { Cloud, PlatformFacts } from '../../src/slots/platform-facts.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { claim, context, heldDeny, named, platform } from './fold-context.ts';
import { blocks, claimsOf, contexts } from './samples.ts';

const DENY = 'parapet-default-deny';
const both: NetworkPolicyBlock = { defaultDeny: ['Ingress', 'Egress'] };

interface Rule {
  readonly from?: readonly unknown[];
  readonly to?: readonly unknown[];
  readonly ports?: readonly unknown[];
}
interface Spec {
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

function specOf({ content }: Desired): Spec {
  const { spec }: Readonly<Record<string, unknown>> = content;
  return spec as Spec;
}

describe('allowPresets', () => {
  it('adds up what several policies allow', () => {
    const desired = networkPolicy.fold(
      [claim('a', { ...both, allow: ['DNS'] }), claim('b', { allow: ['SameNamespace'] })],
      context(),
    );
    expect(desired.map(({ name }) => name)).to.have.members([
      DENY,
      'parapet-allow-dns',
      'parapet-allow-same-namespace',
    ]);
    expect(named(desired, 'parapet-allow-same-namespace').policies).to.deep.equal(['a', 'b']);
  });

  it('is left out where nothing is closed, since it would isolate pods by itself', () => {
    expect(
      networkPolicy.fold(
        [claim('a', { allow: ['DNS', 'SameNamespace', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'] })],
        context({ platform: { ...platform, cloud: 'gcp' } }),
      ),
    ).to.deep.equal([]);
  });

  it('speaks of closed directions only', () => {
    const desired = networkPolicy.fold(
      [claim('a', { defaultDeny: ['Ingress'], allow: ['DNS', 'SameNamespace'] })],
      context(),
    );
    expect(desired.map(({ name }) => name)).to.have.members([DENY, 'parapet-allow-same-namespace']);
    expect(named(desired, 'parapet-allow-same-namespace').content).to.deep.equal({
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    });
  });

  it('names who holds the direction closed, where only a holder does', () => {
    const desired = networkPolicy.fold(
      [claim('a', { allow: ['DNS'] })],
      context({ held: [heldDeny(['Egress'], 'frozen')] }),
    );
    expect(named(desired, 'parapet-allow-dns').policies).to.deep.equal(['a', 'frozen']);
  });

  it("opens DNS for UDP and TCP at the platform's peers", () => {
    const desired = networkPolicy.fold([claim('a', { ...both, allow: ['DNS'] })], context());
    expect(named(desired, 'parapet-allow-dns').content).to.deep.equal({
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
                podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
              },
            ],
            ports: [
              { port: 53, protocol: 'UDP' },
              { port: 53, protocol: 'TCP' },
            ],
          },
        ],
      },
    });
  });

  it('opens each address of the API server for its own port only', () => {
    const desired = networkPolicy.fold([claim('a', { ...both, allow: ['KubernetesAPI'] })], context());
    expect(specOf(named(desired, 'parapet-allow-kubernetes-api')).egress).to.deep.equal([
      { to: blocksOf('10.96.0.1/32'), ports: [{ port: 443, protocol: 'TCP' }] },
      { to: blocksOf('192.0.2.7/32', '192.0.2.9/32'), ports: [{ port: 6443, protocol: 'TCP' }] },
    ]);
  });

  const blocksOf = (...cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const allowing = (allow: NetworkPolicyBlock['allow'], facts: Partial<PlatformFacts>) =>
    networkPolicy.fold([claim('a', { ...both, allow: allow ?? [] })], context({ platform: { ...platform, ...facts } }));

  it('lets the API server call webhooks from its own addresses and the nodes’, on whatever TCP port', () => {
    const desired = allowing(['APIServerWebhooks'], { nodeCidrs: ['192.0.2.0/24', 'fd00::/64'] });
    expect(named(desired, 'parapet-allow-webhooks').content).to.deep.equal({
      spec: {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [
          { from: blocksOf('192.0.2.0/24', 'fd00::/64', '192.0.2.7/32', '192.0.2.9/32'), ports: [{ protocol: 'TCP' }] },
        ],
      },
    });
  });

  for (const [cloud, label] of [
    ['gcp', 'k8s-app'],
    ['azure', 'app'],
  ] as const) {
    it(`lets the tunnel of ${cloud} call webhooks as well`, () => {
      const [rule] = specOf(named(allowing(['APIServerWebhooks'], { cloud }), 'parapet-allow-webhooks')).ingress ?? [];
      expect(rule?.from?.[0]).to.deep.equal({
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { [label]: 'konnectivity-agent' } },
      });
    });
  }

  it('opens the identity endpoints of the cloud at hand, each at its ports', () => {
    const egressOn = (cloud: Cloud) =>
      specOf(named(allowing(['CloudIdentity'], { cloud }), 'parapet-allow-cloud-identity')).egress;
    const tcp = (...ports: readonly number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));
    expect(egressOn('aws')).to.deep.equal([{ to: blocksOf('169.254.170.23/32', 'fd00:ec2::23/128'), ports: tcp(80) }]);
    expect(egressOn('gcp')).to.deep.equal([
      { to: blocksOf('169.254.169.254/32'), ports: tcp(80, 8080) },
      { to: blocksOf('169.254.169.252/32'), ports: tcp(987, 988) },
    ]);
  });

  for (const cloud of ['azure', 'none', 'unknown'] as const) {
    it(`opens no identity endpoint where the cloud is ${cloud}`, () => {
      expect(allowing(['CloudIdentity'], { cloud }).map(({ name }) => name)).to.deep.equal([DENY]);
    });
  }

  for (const [title, dns] of [
    ['no peer', { peers: [], ports: [53] }],
    ['no port', { peers: [{ cidr: '10.0.0.1/32' }], ports: [] }],
    ['no readable peer', { peers: [{ cidr: 'nowhere' }, { namespace: '', podLabels: {} }], ports: [53] }],
  ] as const) {
    it(`is left out where the platform knows ${title}, rather than opening everything`, () => {
      const facts = { ...platform, dns, apiServer: { service: [], endpoints: [] } };
      const desired = networkPolicy.fold(
        [claim('a', { ...both, allow: ['DNS', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'] })],
        context({ platform: facts }),
      );
      expect(desired.map(({ name }) => name)).to.deep.equal([DENY]);
    });
  }

  it('never has a rule without peers, or DNS or the API server on every port', () => {
    fc.assert(
      fc.property(claimsOf(blocks['networkPolicy'] ?? fc.constant({})), contexts, (claims, given) => {
        const allows = networkPolicy
          .fold(claims as never, given)
          .filter(({ name }) => name.startsWith('parapet-allow-'));
        for (const allow of allows) {
          const { ingress = [], egress = [], policyTypes } = specOf(allow);
          expect(
            [...ingress.map(({ from }) => from), ...egress.map(({ to }) => to)].every(
              (peers) => (peers ?? []).length > 0,
            ),
          ).to.equal(true);
          expect(policyTypes).to.deep.equal([
            ...(egress.length > 0 ? ['Egress'] : []),
            ...(ingress.length > 0 ? ['Ingress'] : []),
          ]);
          if (allow.name !== 'parapet-allow-same-namespace')
            expect([...ingress, ...egress].every(({ ports }) => (ports ?? []).length > 0)).to.equal(true);
        }
      }),
    );
  });

  it('covers no direction that nobody closes', () => {
    fc.assert(
      fc.property(claimsOf(blocks['networkPolicy'] ?? fc.constant({})), contexts, (claims, given) => {
        const desired = networkPolicy.fold(claims as never, given);
        const deny = desired.find(({ name }) => name === DENY);
        const closed = deny === undefined ? [] : specOf(deny).policyTypes;
        for (const allow of desired.filter(({ name }) => name.startsWith('parapet-allow-'))) {
          expect(closed).to.include.members([...specOf(allow).policyTypes]);
        }
      }),
    );
  });
});
