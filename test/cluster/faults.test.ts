import { expect } from 'chai';
import { referenceRuns, runPlans } from '../../hack/faults/campaign.ts';
import type { Verdict } from '../../hack/faults/campaign.ts';
import { FAULT_KINDS } from '../../hack/faults/fault-kinds.ts';
import { enumeratePlans, spread } from '../../hack/faults/plan.ts';
import type { Plan } from '../../hack/faults/plan.ts';
import { SCENARIOS } from '../../hack/faults/scenarios.ts';

const COUNT = 100;

describe('A hundred plans of the fault campaign', function () {
  this.timeout(360_000);
  let plans: readonly Plan[];
  const verdicts: Verdict[] = [];

  before(async () => {
    const references = await referenceRuns();
    plans = spread(enumeratePlans(references), COUNT);
    await runPlans({ plans, references, done: (verdict) => verdicts.push(verdict) });
  });

  it('are of every scenario and of every kind of fault', () => {
    expect(plans).to.have.length(COUNT);
    expect(new Set(plans.map(({ scenario }) => scenario)).size).to.equal(SCENARIOS.length);
    expect(new Set(plans.map(({ kind }) => kind)).size).to.equal(FAULT_KINDS.length);
  });

  it('leave nothing to object to: make faults PLAN=<id> runs one again', () => {
    expect(verdicts).to.have.length(COUNT);
    const failed = verdicts.filter(({ findings }) => findings.length > 0);
    expect(
      failed.map(({ plan, findings }) => [plan.id, ...findings.map(({ oracle, seen }) => `${oracle}: ${seen}`)]),
    ).to.deep.equal([]);
  });
});
