import { expect } from 'chai';
import { OperatedNamespace } from './support/operated-namespace.ts';

const LIMITS = 'LimitRange/parapet-limits';
const limitRange = { limits: [{ type: 'Container', default: { memory: '512Mi' } }] };

describe('A namespace that a write says is gone', () => {
  it('is looked at again while it is there: an API server may not have heard of it yet', async () => {
    const world = new OperatedNamespace({ limitRange });
    let answers = 3;
    world.instead = (slot) => (slot === LIMITS && answers-- > 0 ? { result: 'gone' } : undefined);
    await world.start();
    expect(world.server.get(LIMITS)).to.equal(undefined);
    await world.advance(10_000);
    expect(world.server.get(LIMITS)).not.to.equal(undefined);
    expect(world.slotReport(LIMITS)).to.include({ state: 'OK' });
    await world.stop();
  });

  it('is asked at most once a second, and no more once it is seen to be gone', async () => {
    const world = new OperatedNamespace({ limitRange });
    let asked = 0;
    world.instead = (slot) => {
      if (slot !== LIMITS) return undefined;
      asked += 1;
      return { result: 'gone' };
    };
    await world.start();
    await world.advance(5_000);
    expect(asked).to.be.within(2, 6);
    await world.removeNamespace();
    const before = asked;
    await world.advance(120_000);
    expect(asked).to.equal(before);
    await world.stop();
  });
});
