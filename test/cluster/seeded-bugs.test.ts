import { expect } from 'chai';
import { referenceRuns } from '../../hack/faults/campaign.ts';
import { Lane } from '../../hack/faults/lane.ts';
import type { Reference } from '../../hack/faults/reference.ts';
import { bugs } from '../../hack/faults/seeded/bugs.ts';
import { runFew, tryBug } from '../../hack/faults/seeded/catch-bugs.ts';
import { ALONE } from '../../hack/faults/streams/run-streams.ts';

/** Of the store, of the queue and of the writes; `make faults` tries them all. */
const TRIED = ['relist-keeps-vanished', 'lost-requeue', 'delete-by-name'];

describe('The fault campaign', function () {
  this.timeout(240_000);
  const tried = bugs.filter(({ id }) => TRIED.includes(id));
  let lane: Lane;
  let references: readonly Reference[];

  before(async () => {
    references = await referenceRuns();
    lane = await Lane.start(ALONE);
  });
  after(async () => {
    await lane.close();
  });

  it('has nothing to object to in what is not seeded with a bug', async () => {
    const judged = await runFew(
      lane,
      tried.flatMap(({ plans }) => plans),
      references,
    );
    expect(judged).to.have.length(TRIED.length);
    expect(judged.filter(({ findings }) => findings.length > 0)).to.deep.equal([]);
  });

  for (const bug of tried) {
    it(`catches ${bug.id}`, async () => {
      const judged = await tryBug(lane, bug, references);
      expect(judged.filter(({ findings }) => findings.length === 0)).to.deep.equal([]);
    });
  }
});
