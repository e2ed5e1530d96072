import { expect } from 'chai';
import { STREAM_GROUPS, enumerateStreamPlans, groupsOf } from '../../hack/faults/streams/stream-plan.ts';
import { STREAM_SCENARIOS } from '../../hack/faults/streams/stream-scenarios.ts';
import { WATCHED } from '../../hack/faults/streams/watch-faults.ts';
import { SCENARIOS } from '../../hack/faults/scenarios.ts';

describe('Stream plans', () => {
  const plans = enumerateStreamPlans();

  it('are many, each with an id of its own', () => {
    expect(new Set(plans.map(({ id }) => id)).size).to.equal(plans.length);
    expect(plans).to.have.length.greaterThan(150);
  });

  it('try every fault in all eight scenarios, and those of a watch with every kind', () => {
    const kinds = new Set(STREAM_GROUPS.flatMap((group) => group.kinds));
    expect([...kinds]).to.have.members([...WATCHED]);
    for (const { name } of SCENARIOS) {
      const faults = new Set(plans.filter(({ scenario }) => scenario === name).map(({ kind }) => kind));
      expect([...faults], name).to.have.members([...new Set(STREAM_GROUPS.map(({ fault }) => fault.name))]);
    }
  });

  it('hide what leaves no trace behind a new list, and recreate between two events', () => {
    const hidden = plans.filter(({ scenario }) => scenario === 'edited-then-deleted').map(({ kind }) => kind);
    expect(new Set(hidden)).to.deep.equal(new Set(['gone-as-status', 'gone-in-stream', 'gone-list-cut']));
    const again = plans.filter(({ scenario }) => scenario === 'namespace-again');
    expect(again.map(({ call, kind }) => `${call} ${kind}`)).to.deep.equal([
      'watch namespaces held',
      'watch namespaces gone-in-stream',
    ]);
  });

  it('are played in groups, one world for each scenario, and a single one alone', () => {
    const id = 'drift-delete/watch networkpolicies/held';
    const [group, ...others] = groupsOf(plans.filter((plan) => plan.id === id));
    expect(others).to.deep.equal([]);
    expect(group?.scenarios.map(({ name }) => name)).to.deep.equal(['drift-delete']);
    expect(group?.kinds).to.deep.equal(['networkpolicies']);
  });

  it('end as a scenario of which there is a reference', () => {
    const known = SCENARIOS.map(({ name }) => name);
    expect(known).to.include.members(STREAM_SCENARIOS.map(({ name, like = name }) => like));
  });
});
