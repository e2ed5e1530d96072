import { expect } from 'chai';
import { Limiter } from '../../src/kube/limiter.ts';
import { settled } from './support/fake-timing.ts';

const NEVER = new AbortController().signal;

describe('Limiter', () => {
  it('lets no more than its bound run, and urgent calls first', async () => {
    const limiter = new Limiter(1, () => 0);
    const order: string[] = [];
    await limiter.acquire('normal', NEVER);
    const calls = (['normal', 'urgent'] as const).map(async (priority) => {
      await limiter.acquire(priority, NEVER);
      order.push(priority);
      limiter.release();
    });
    await settled();
    expect(order).to.deep.equal([]);
    limiter.release();
    await Promise.all(calls);
    expect(order).to.deep.equal(['urgent', 'normal']);
    expect(limiter.running).to.equal(0);
  });

  it('starves nobody: of nine that wait, one is normal', async () => {
    const limiter = new Limiter(1, () => 0);
    const order: string[] = [];
    await limiter.acquire('normal', NEVER);
    const waiting = [...Array<'normal'>(2).fill('normal'), ...Array<'urgent'>(18).fill('urgent')];
    const calls = waiting.map(async (priority) => {
      await limiter.acquire(priority, NEVER);
      order.push(priority);
      limiter.release();
    });
    limiter.release();
    await Promise.all(calls);
    const at = order.flatMap((priority, index) => (priority === 'normal' ? [index] : []));
    expect(at).to.deep.equal([8, 17]);
  });

  it('halves its bound once per burst of 429 and grows it back one by one', () => {
    let now = 0;
    const limiter = new Limiter(12, () => now);
    for (let reply = 0; reply < 12; reply += 1) limiter.slowDown();
    expect(limiter.limit).to.equal(6);
    now = 1_000;
    limiter.slowDown();
    expect(limiter.limit).to.equal(3);
    for (let reply = 0; reply < 4; reply += 1) limiter.speedUp();
    expect(limiter.limit).to.equal(4);
    for (let reply = 0; reply < 1_000; reply += 1) limiter.speedUp();
    expect(limiter.limit).to.equal(12);
  });

  it('never stops altogether', () => {
    let now = 0;
    const limiter = new Limiter(4, () => now);
    for (; now < 100_000; now += 2_000) limiter.slowDown();
    expect(limiter.limit).to.equal(1);
  });

  it('forgets who gave up waiting', async () => {
    const limiter = new Limiter(1, () => 0);
    await limiter.acquire('normal', NEVER);
    const leaving = new AbortController();
    const waiting = limiter.acquire('normal', leaving.signal).catch((reason: unknown) => reason);
    leaving.abort('gone');
    expect(await waiting).to.equal('gone');
    limiter.release();
    expect(limiter.running).to.equal(0);
    await limiter.acquire('normal', NEVER);
  });
});
