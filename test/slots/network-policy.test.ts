import { expect } from 'chai';
import fc from 'fast-check';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { claim, context, heldDeny, named } from './fold-context.ts';
import { blocks, claimsOf, contexts, networkPolicySpecs } from './samples.ts';

const DENY = 'parapet-default-deny';
const both: NetworkPolicyBlock = { defaultDeny: ['Ingress', 'Egress'] };
const kind = objectKindOf('NetworkPolicy');

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
  return content['spec'] as unknown as Spec;
}

function normalize(spec: unknown): unknown {
  return kind?.normalize({ spec })['spec'];
}

describe('networkPolicy: default-deny', () => {
  it('closes a direction that any policy closes, and names those who closed it', () => {
    const desired = networkPolicy.fold(
      [
        claim('a', { defaultDeny: ['Ingress'] }, 500),
        claim('b', { defaultDeny: ['Egress'] }, 0),
        claim('c', { allow: ['DNS'] }),
      ],
      context(),
    );
    expect(named(desired, DENY)).to.deep.equal({
      kind: 'NetworkPolicy',
      name: DENY,
      content: { spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] } },
      policies: ['a', 'b'],
      conflicts: [],
      includesHeld: true,
    });
  });

  it('never opens what somebody outside the fold still holds closed', () => {
    const desired = networkPolicy.fold(
      [claim('a', { defaultDeny: ['Ingress'] })],
      context({ held: [heldDeny(['Egress', 'Ingress'], 'frozen')] }),
    );
    expect(specOf(named(desired, DENY)).policyTypes).to.deep.equal(['Egress', 'Ingress']);
    expect(named(desired, DENY).policies).to.deep.equal(['a', 'frozen']);
  });

  it('does not name a holder who adds nothing', () => {
    const desired = networkPolicy.fold([claim('a', both)], context({ held: [heldDeny(['Ingress'], 'frozen')] }));
    expect(named(desired, DENY).policies).to.deep.equal(['a']);
  });

  it('is not asked for where it is merely held', () => {
    const desired = networkPolicy.fold(
      [claim('a', { allow: ['DNS'] })],
      context({ held: [heldDeny(['Egress'], 'frozen')] }),
    );
    expect(desired.map(({ name }) => name)).to.deep.equal(['parapet-allow-dns']);
  });
});

describe('networkPolicy: allow', () => {
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
      networkPolicy.fold([claim('a', { allow: ['DNS', 'SameNamespace', 'KubernetesAPI'] })], context()),
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
    const blocksOf = (...cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
    expect(specOf(named(desired, 'parapet-allow-kubernetes-api')).egress).to.deep.equal([
      { to: blocksOf('10.96.0.1/32'), ports: [{ port: 443, protocol: 'TCP' }] },
      { to: blocksOf('192.0.2.7/32', '192.0.2.9/32'), ports: [{ port: 6443, protocol: 'TCP' }] },
    ]);
  });

  for (const [title, dns] of [
    ['no peer', { peers: [], ports: [53] }],
    ['no port', { peers: [{ cidr: '10.0.0.1/32' }], ports: [] }],
    ['no readable peer', { peers: [{ cidr: 'nowhere' }, { namespace: '', podLabels: {} }], ports: [53] }],
  ] as const) {
    it(`is left out where the platform knows ${title}, rather than opening everything`, () => {
      const facts = { dns, apiServer: { endpoints: [] } };
      const desired = networkPolicy.fold(
        [claim('a', { ...both, allow: ['DNS', 'KubernetesAPI'] })],
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
            expect(egress.every(({ ports }) => (ports ?? []).length > 0)).to.equal(true);
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

describe('networkPolicy: policies', () => {
  const spec = (label: string) => ({ podSelector: { matchLabels: { app: label } } });
  const block = (label: string): NetworkPolicyBlock => ({ policies: [{ name: 'web', spec: spec(label) }] });

  it('gives a name to the highest priority as a whole', () => {
    const desired = networkPolicy.fold([claim('a', block('x'), 100), claim('b', block('y'), 200)], context());
    expect(desired).to.deep.equal([
      {
        kind: 'NetworkPolicy',
        name: 'parapet-policy-web',
        content: { spec: { ...spec('y'), policyTypes: ['Ingress'] } },
        policies: ['b'],
        conflicts: [],
      },
    ]);
  });

  it('names the loser of a tie', () => {
    const [desired] = networkPolicy.fold([claim('b', block('y')), claim('a', block('x'))], context());
    expect([desired?.policies, desired?.conflicts]).to.deep.equal([['a'], [{ policy: 'b', winner: 'a' }]]);
  });

  it('keeps a rule without peers as the user wrote it', () => {
    const written: NetworkPolicyBlock = { policies: [{ name: 'open', spec: { ingress: [{}] } }] };
    const [desired] = networkPolicy.fold([claim('a', written)], context());
    expect(desired?.content).to.deep.equal({ spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] } });
  });
});

describe('networkPolicy: normalize', () => {
  for (const [title, spec, expected] of [
    ['implies Ingress', {}, { podSelector: {}, policyTypes: ['Ingress'] }],
    [
      'implies both where there are egress rules',
      { egress: [{}] },
      { podSelector: {}, egress: [{}], policyTypes: ['Egress', 'Ingress'] },
    ],
    [
      'implies Ingress only for an empty list of egress rules',
      { egress: [] },
      { podSelector: {}, policyTypes: ['Ingress'] },
    ],
    ['takes an empty list of types as absent', { policyTypes: [] }, { podSelector: {}, policyTypes: ['Ingress'] }],
    ['sorts types', { policyTypes: ['Ingress', 'Egress'] }, { podSelector: {}, policyTypes: ['Egress', 'Ingress'] }],
    [
      'fills in TCP and keeps endPort',
      { ingress: [{ ports: [{ port: 1, endPort: 2 }, { protocol: 'UDP' }] }] },
      {
        podSelector: {},
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 1, endPort: 2, protocol: 'TCP' }, { protocol: 'UDP' }] }],
      },
    ],
    [
      'drops empty lists but not empty rules and selectors',
      {
        podSelector: { matchLabels: {}, matchExpressions: [] },
        ingress: [{ from: [], ports: [] }, { from: [{ podSelector: {} }] }],
      },
      { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}, { from: [{ podSelector: {} }] }] },
    ],
    ['drops null', { podSelector: null, ingress: null }, { podSelector: {}, policyTypes: ['Ingress'] }],
    [
      'keeps members it does not know',
      { podSelector: {}, future: [{ a: 1 }] },
      { podSelector: {}, policyTypes: ['Ingress'], future: [{ a: 1 }] },
    ],
  ] as const) {
    it(title, () => {
      expect(normalize(spec)).to.deep.equal(expected);
    });
  }

  it('tells an open rule from no rule', () => {
    expect(normalize({ ingress: [{}] })).to.not.deep.equal(normalize({ ingress: [] }));
  });

  it('never turns a spec into one that is more open: rules neither appear nor vanish', () => {
    fc.assert(
      fc.property(networkPolicySpecs, (spec) => {
        const { ingress = [], egress = [] } = normalize(spec) as Spec;
        expect([ingress.length, egress.length]).to.deep.equal([spec.ingress?.length ?? 0, spec.egress?.length ?? 0]);
      }),
    );
  });
});

describe('networkPolicy: order', () => {
  const types = (...policyTypes: readonly string[]) => ({ spec: { podSelector: {}, policyTypes } });

  it('puts allows before the default-deny', () => {
    expect(kind?.order('parapet-allow-dns', undefined, types('Egress'))).to.be.lessThan(
      kind?.order(DENY, undefined, types('Egress')) ?? 0,
    );
  });

  for (const [title, live, desired, first] of [
    ['loosening', types('Egress', 'Ingress'), types('Ingress'), true],
    ['tightening', types('Ingress'), types('Egress', 'Ingress'), false],
    ['exchanging one direction for the other', types('Ingress'), types('Egress'), false],
    ['repairing', types('Ingress'), types('Ingress'), false],
    ['deleting', types('Ingress'), undefined, false],
  ] as const) {
    it(`puts the default-deny ${first ? 'before' : 'after'} its allows when ${title}`, () => {
      const allow = kind?.order('parapet-allow-dns', undefined, undefined) ?? 0;
      const deny = kind?.order(DENY, live, desired) ?? 0;
      expect(deny < allow).to.equal(first);
    });
  }
});

describe('networkPolicy: validate', () => {
  const rule = (from: unknown) =>
    ({ policies: [{ name: 'web', spec: { ingress: [{ from: [from] }] } }] }) as NetworkPolicyBlock;
  const port = (member: unknown) =>
    ({ policies: [{ name: 'web', spec: { egress: [{ ports: [member] }] } }] }) as NetworkPolicyBlock;
  const peer = 'policies[0].spec.ingress[0].from[0]';
  const first = 'policies[0].spec.egress[0].ports[0]';

  for (const [path, block] of [
    [peer, rule({})],
    [peer, rule({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } })],
    [`${peer}.podSelector.matchLabels[a b]`, rule({ podSelector: { matchLabels: { 'a b': 'x' } } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: '10.0.0.1/8' } })],
    [`${peer}.ipBlock.cidr`, rule({ ipBlock: { cidr: 'nowhere' } })],
    [`${peer}.ipBlock.except[0]`, rule({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } })],
    [`${peer}.ipBlock.except[1]`, rule({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '11.0.0.0/8'] } })],
    [`${peer}.ipBlock.except[0]`, rule({ ipBlock: { cidr: '2001:db8::/32', except: ['2001:DB8:0::/32'] } })],
    [`${first}.port`, port({ port: 0 })],
    [`${first}.port`, port({ port: '80' })],
    [`${first}.endPort`, port({ port: 'http', endPort: 90 })],
    [`${first}.endPort`, port({ port: 90, endPort: 80 })],
    [
      'policies[1].name',
      {
        policies: [
          { name: 'web', spec: {} },
          { name: 'web', spec: {} },
        ],
      },
    ],
    [
      'policies[0].spec.podSelector.matchExpressions[0].values',
      { policies: [{ name: 'web', spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } }] },
    ],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(block)}`, () => {
      expect(networkPolicy.validate(block as NetworkPolicyBlock).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it('finds nothing in the blocks that the schema and its rules let pass', () => {
    fc.assert(
      fc.property(blocks['networkPolicy'] ?? fc.constant({}), (block) => {
        expect(networkPolicy.validate(block as NetworkPolicyBlock)).to.deep.equal([]);
      }),
    );
  });
});
