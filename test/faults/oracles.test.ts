import { expect } from 'chai';
import { judge } from '../../hack/faults/oracles.ts';
import type { RunRecord } from '../../hack/faults/run-record.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { at, call, CLOSED, objectsOf, record, referenceTo, statusPath, WORLD } from './records.ts';

const REFERENCE = referenceTo(record());
const DENY = at('networkpolicies', 'parapet-default-deny');
const { calls } = record();

/** The objects of a well world, one of them changed. */
function withChanged(kind: string, change: (object: KubeObject) => object): readonly KubeObject[] {
  return objectsOf().map((object) =>
    object.kind === kind ? ({ ...object, ...change(object) } as KubeObject) : object,
  );
}

/** A run that only one oracle objects to, and why. */
const VIOLATIONS: Readonly<Record<string, readonly [oracle: string, more: Partial<RunRecord>]>> = {
  'an object that is missing at the end': [
    'a end state',
    { objects: objectsOf().filter(({ kind }) => kind !== 'NamespacePosture') },
  ],
  'an object that nobody asked for': [
    'a end state',
    { objects: [...objectsOf(), { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'parapet-limits' } }] },
  ],
  'a field with another value': [
    'a end state',
    { objects: withChanged('NetworkPolicy', () => ({ spec: { podSelector: {}, policyTypes: ['Ingress'] } })) },
  ],
  'an object created twice': [
    'b creations and deletions',
    { calls: [...calls, call('POST', DENY, { reply: CLOSED })] },
  ],
  'an object deleted on the way': [
    'b creations and deletions',
    { calls: [...calls, call('DELETE', at('limitranges', 'parapet-limits'))] },
  ],
  'a write after convergence, granted or not': [
    'c stable',
    { calls: [...calls, call('PATCH', statusPath(), { arrivedAt: 5_001, status: 409 })] },
  ],
  'a world that was not watched for long enough': ['c stable', { watchedMs: 59_999 }],
  'a default-deny that was opened': [
    'd default-deny',
    { calls: [...calls, call('PATCH', DENY, { reply: { spec: { ...CLOSED.spec, ingress: [{}] } } })] },
  ],
  'a default-deny that lost a direction': [
    'd default-deny',
    { calls: [...calls, call('PATCH', DENY, { reply: { spec: { podSelector: {}, policyTypes: ['Egress'] } } })] },
  ],
  'a default-deny that covers some pods only': [
    'd default-deny',
    {
      calls: [...calls, call('PATCH', DENY, { reply: { spec: { ...CLOSED.spec, podSelector: { matchLabels: {} } } } })],
    },
  ],
  'a kind that is none of its business': [
    'e allowed calls',
    { calls: [...calls, call('GET', at('secrets', 'token'))] },
  ],
  'a ServiceAccount that it may not touch': [
    'e allowed calls',
    { calls: [...calls, call('PATCH', at('serviceaccounts', 'builder'))] },
  ],
  'an operator that ended': ['f alive', { exits: ['1: unhandled rejection'] }],
  'a reconcile that threw': ['f alive', { complaints: ['reconcile failed'] }],
  'a world that is no longer looked after': ['f alive', { answeredProbe: false }],
  'a generation that was not observed': [
    'g true status',
    { objects: withChanged('ClusterSecurityPolicy', ({ metadata }) => ({ metadata: { ...metadata, generation: 4 } })) },
  ],
  'a report on an object that is gone': [
    'g true status',
    { objects: withChanged('NetworkPolicy', ({ metadata }) => ({ metadata: { ...metadata, uid: 'u2' } })) },
  ],
};

describe('judge', () => {
  it('has nothing to object to where all went well', () => {
    expect(judge(record(), REFERENCE)).to.deep.equal([]);
  });

  for (const [what, [oracle, more]] of Object.entries(VIOLATIONS)) {
    it(`objects to ${what}, by "${oracle}" alone`, () => {
      const found = judge(record(more), REFERENCE).map((finding) => finding.oracle);
      expect([...new Set(found)]).to.deep.equal([oracle]);
    });
  }

  it('objects to a world that never came to rest', () => {
    const { convergedAt: _, ...restless } = record();
    expect(judge(restless, REFERENCE)).to.deep.equal([{ oracle: 'c stable', seen: 'never came to rest' }]);
  });

  it('objects to a default-deny taken away, even where it comes back at once', () => {
    const removal = call('DELETE', DENY);
    const found = judge(record({ calls: [...calls, removal, call('POST', DENY, { reply: CLOSED })] }), REFERENCE);
    expect(found.map(({ oracle }) => oracle)).to.include.members(['b creations and deletions', 'd default-deny']);
  });

  it('lets a default-deny go where the reference lets it go', () => {
    const leaving = record({ calls: [call('DELETE', DENY)] });
    expect(judge(leaving, referenceTo(leaving))).to.deep.equal([]);
  });

  it('counts open drift and what is pending, drifted or blocked as untrue at rest', () => {
    for (const change of [{ drift: { open: 1 } }, { namespaces: { pending: 1 } }, { namespaces: { blocked: 1 } }]) {
      const objects = withChanged('ClusterSecurityPolicy', () => ({ status: { observedGeneration: 3, ...change } }));
      expect(judge(record({ objects }), REFERENCE).map(({ oracle }) => oracle)).to.include('g true status');
    }
  });

  it('finds a summary untrue that its own slots contradict', () => {
    const objects = withChanged('NamespacePosture', () => ({ summary: { slots: 2, ok: 2 } }));
    expect(judge(record({ objects }), REFERENCE).map(({ oracle }) => oracle)).to.include('g true status');
  });

  it('takes requests that came to nothing for no creation, and Events for no write', () => {
    const again = call('POST', DENY, { status: 409, told: 409 });
    const { status: _, ...never } = call('POST', DENY);
    const event = call('POST', at('events', 'parapet.1f3'), { arrivedAt: 9_000 });
    expect(judge(record({ calls: [...calls, again, never, event] }), REFERENCE)).to.deep.equal([]);
  });

  it('compares worlds by what they hold, not by what they are called', () => {
    const other = { namespace: 'fw-00008', policy: 'fw-00008-policy' };
    expect(
      judge(record(), {
        ...REFERENCE,
        end: referenceTo(record({ objects: objectsOf(other, 'u9'), world: other })).end,
      }),
    ).to.deep.equal([]);
    expect(WORLD.namespace).to.equal('fw-00007');
  });
});
