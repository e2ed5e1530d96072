import { expect } from 'chai';
import fc from 'fast-check';
import { FAULT_KINDS } from '../../hack/faults/fault-kinds.ts';
import { enumeratePlans, shardOf, spread } from '../../hack/faults/plan.ts';
import type { Reference } from '../../hack/faults/reference.ts';

function reference(scenario: string, ...calls: readonly string[]): Reference {
  return { scenario, calls, end: {}, commits: {} };
}

const CALLS = ['patch namespaces NS #1', 'create roles NS/parapet-view #1', 'list pods NS #1'];
const PLANS = enumeratePlans([reference('create', ...CALLS), reference('change', ...CALLS.slice(1))]);

describe('enumeratePlans', () => {
  it('makes a plan of every fault at every call of every scenario, each with an id of its own', () => {
    expect(PLANS).to.have.length(5 * FAULT_KINDS.length);
    expect(new Set(PLANS.map(({ id }) => id)).size).to.equal(PLANS.length);
    expect(PLANS[0]?.id).to.equal('create/patch namespaces NS #1/kill-before');
  });

  it('knows the two crashes, the two unknown outcomes and the error replies of RELIABILITY', () => {
    const crashes = ['kill-before', 'kill-after'];
    const unknown = ['lost-reset', 'lost-hang'];
    const statuses = ['403', '404', '409', '413', '429', '500', '503', '504'].map((status) => `reply-${status}`);
    const others = ['reply-drip', 'reply-html', 'reply-truncated', 'reset-before'];
    expect(FAULT_KINDS.map(({ name }) => name)).to.have.members([...crashes, ...unknown, ...statuses, ...others]);
  });
});

describe('shardOf', () => {
  it('puts every plan into exactly one part', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (n) => {
        const parts = Array.from({ length: n }, (_, i) => shardOf(PLANS, `${i + 1}/${n}`));
        expect(parts.flat().toSorted(byId)).to.deep.equal(PLANS.toSorted(byId));
      }),
    );
  });

  it('refuses a part that there is not', () => {
    for (const shard of ['3/2', '0/2', '1', 'a/b']) expect(() => shardOf(PLANS, shard)).to.throw('SHARD is i/n');
  });
});

describe('spread', () => {
  it('takes one of each scenario and kind before a second of any', () => {
    const chosen = spread(PLANS, 2 * FAULT_KINDS.length);
    const cells = chosen.map(({ scenario, kind }) => `${scenario}/${kind}`);
    expect(new Set(cells).size).to.equal(2 * FAULT_KINDS.length);
  });

  it('chooses the same again, in whatever order the plans come', () => {
    expect(spread(PLANS.toReversed(), 20)).to.deep.equal(spread(PLANS, 20));
  });

  it('keeps what it has chosen where a call of another scenario comes or goes', () => {
    const more = enumeratePlans([reference('create', ...CALLS), reference('change', ...CALLS)]);
    const ofCreate = (plans: typeof PLANS): readonly string[] =>
      spread(plans, 2 * FAULT_KINDS.length).flatMap(({ id, scenario }) => (scenario === 'create' ? id : []));
    expect(ofCreate(more)).to.deep.equal(ofCreate(PLANS));
  });
});

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
