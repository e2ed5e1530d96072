import { expect } from 'chai';
import fc from 'fast-check';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { networkPolicySpecs } from './samples.ts';

const DENY = 'parapet-default-deny';
const kind = objectKindOf('NetworkPolicy');

interface Spec {
  readonly ingress?: readonly unknown[];
  readonly egress?: readonly unknown[];
}

function normalize(spec: unknown): unknown {
  return kind?.normalize({ spec })['spec'];
}

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
