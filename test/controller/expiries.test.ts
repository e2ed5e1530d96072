import { expect } from 'chai';
import { Expiries } from '../../src/controller/expiries.ts';
import type { Ending } from '../../src/controller/expiries.ts';
import { fakeTiming, settled } from '../kube/support/fake-timing.ts';
import type { FakeTiming } from '../kube/support/fake-timing.ts';

const DAY = 24 * 3_600_000;

describe('Expiries', () => {
  let timing: FakeTiming;
  /** How far the wall clock is ahead of where it would be, had nobody set it. */
  let step: number;
  let endings: Ending[];
  let told: string[];
  let expiries: Expiries;
  const stop = new AbortController();

  beforeEach(async () => {
    timing = fakeTiming();
    step = 0;
    told = [];
    endings = [];
    const wall = { sleep: timing.sleep, date: () => new Date(timing.date().getTime() + step) };
    expiries = new Expiries({
      timing: wall,
      active: () => endings.filter(({ expiresAt }) => wall.date().getTime() < expiresAt),
      onChange: (names) => told.push(`${names.join()} at ${timing.now() - 1_000}`),
    });
    void expiries.run(stop.signal);
    await settled();
  });
  after(() => stop.abort());

  async function add(name: string, inMs: number): Promise<void> {
    endings = [...endings, { name, expiresAt: timing.date().getTime() + inMs }];
    expiries.wake();
    await settled();
  }

  it('tells of each at the very moment it ends, the next first', async () => {
    await add('later', 90_500);
    await add('sooner', 10_000);
    told.length = 0;
    await timing.advance(DAY);
    expect(told).to.deep.equal(['sooner at 10000', 'later at 90500']);
  });

  it('tells of those that end together at once', async () => {
    await add('a', 5_000);
    await add('b', 5_000);
    told.length = 0;
    await timing.advance(5_000);
    expect(told).to.deep.equal(['a,b at 5000']);
  });

  it('waits for nothing, where nothing can end', async () => {
    await timing.advance(DAY);
    expect(timing.sleeps).to.deep.equal([]);
  });

  it('does not wait longer than half a minute for what is months away: clocks are set', async () => {
    await add('far', 80 * DAY);
    told.length = 0;
    step = 80 * DAY;
    await timing.advance(30_000);
    expect(told).to.deep.equal(['far at 30000']);
  });

  it('tells again where the clock is set back to before the end', async () => {
    await add('a', 5_000);
    await add('far', DAY);
    told.length = 0;
    await timing.advance(5_000);
    step = -3_600_000;
    await timing.advance(30_000);
    expect(told).to.deep.equal(['a at 5000', 'a at 35000']);
  });

  it('forgets what was taken away', async () => {
    await add('a', 5_000);
    endings = [];
    expiries.wake();
    await settled();
    told.length = 0;
    await timing.advance(DAY);
    expect(told).to.deep.equal([]);
  });
});
