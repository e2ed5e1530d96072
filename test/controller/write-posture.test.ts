import { expect } from 'chai';
import type { PostureContent } from '../../src/api/posture.ts';
import { writePosture } from '../../src/controller/write-posture.ts';
import type { Change } from '../../src/plan/namespace-plan.ts';

const content: PostureContent = {
  summary: { state: 'Compliant', slots: 0, ok: 0, drifted: 0, blocked: 0, held: 0, widened: 0, exempt: 0 },
  slots: [],
  recentRepairs: [],
};

async function changeFrom(before: PostureContent, after: PostureContent): Promise<Change | undefined> {
  const live = { name: 'parapet', uid: 'u', resourceVersion: '1', content: before };
  let sent: Change | undefined;
  await writePosture('team-a', live, after, async (change) => {
    sent = change;
    return Promise.resolve({ result: 'done' });
  });
  return sent;
}

describe('writePosture', () => {
  it('sends nothing where the report reads so already', async () => {
    expect(await changeFrom(content, content)).to.equal(undefined);
  });

  it('takes back that something was cut, once', async () => {
    const change = await changeFrom({ ...content, truncated: true }, content);
    expect(change).to.have.deep.property('operations', [{ op: 'add', path: '/truncated', value: false }]);
    expect(await changeFrom({ ...content, truncated: false }, content)).to.equal(undefined);
  });
});
