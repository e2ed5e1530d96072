import { expect } from 'chai';
import fc from 'fast-check';
import { WorkQueue } from '../../src/controller/queue.ts';
import type { Urgency } from '../../src/controller/queue.ts';
import { silentLog } from '../../src/kube/observer.ts';
import type { Timing } from '../../src/kube/timing.ts';
import { Gate, settle } from './support/gate.ts';

/** A clock that moves only when told, and sleeps that end when it has moved far enough. */
class FakeTiming implements Timing {
  #now = 0;
  #sleepers: { at: number; resolve: () => void }[] = [];
  now = (): number => this.#now;
  date = (): Date => new Date(this.#now);
  random = (): number => 1;
  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      this.#sleepers.push({ at: this.#now + ms, resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { resolve } of due) resolve();
    await settle();
  }
}

describe('WorkQueue', () => {
  it('hands out a key once that was added many times while it waited', async () => {
    const { queue, gate } = start(1);
    queue.add('busy', 'live');
    for (let count = 0; count < 5; count += 1) queue.add('a', 'live');
    await settle();
    await gate.finish('busy');
    await gate.finish('a');
    expect(gate.started).to.deep.equal(['busy', 'a']);
    queue.close();
  });

  it('runs a key again that was added while it ran, after and never beside the first run', async () => {
    const { queue, gate } = start(4);
    queue.add('a', 'live');
    await settle();
    queue.add('a', 'live');
    await settle();
    expect(gate.started).to.deep.equal(['a']);
    await gate.finish('a');
    expect(gate.started).to.deep.equal(['a', 'a']);
    queue.close();
  });

  it('hands out live keys before bulk ones, and a bulk key that becomes live with them', async () => {
    const { queue, gate } = start(1);
    queue.add('first', 'bulk');
    await settle();
    for (const key of ['b1', 'b2', 'b3']) queue.add(key, 'bulk');
    queue.add('live', 'live');
    queue.add('b3', 'live');
    for (const key of ['first', 'live', 'b3', 'b1', 'b2']) await gate.finish(key);
    expect(gate.started).to.deep.equal(['first', 'live', 'b3', 'b1', 'b2']);
    queue.close();
  });

  it('doubles a key’s wait with every retry, up to a minute, and starts over after forget', async () => {
    const { queue, gate, timing } = start(1);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 16; attempt += 1) waits.push(await waitOfRetry());
    expect(waits.slice(0, 4)).to.deep.equal([5, 10, 20, 40]);
    expect(waits.at(-1)).to.equal(60_000);
    queue.forget('a');
    expect(await waitOfRetry()).to.equal(5);
    queue.close();

    async function waitOfRetry(): Promise<number> {
      const before = gate.started.length;
      const from = timing.now();
      queue.retry('a');
      while (gate.started.length === before) await timing.advance(5);
      await gate.finish('a');
      return timing.now() - from;
    }
  });

  it('waits with a retry at least as long as it was asked to', async () => {
    const { queue, gate, timing } = start(1);
    queue.retry('a', 1000);
    await timing.advance(999);
    expect(gate.started).to.deep.equal([]);
    await timing.advance(1);
    expect(gate.started).to.deep.equal(['a']);
    await gate.finish('a');
    queue.close();
  });

  it('keeps the earliest of several delays', async () => {
    const { queue, gate, timing } = start(1);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    await timing.advance(100);
    await gate.finish('a');
    await timing.advance(2000);
    expect(gate.started).to.deep.equal(['a']);
    queue.close();
  });

  it('tries a key again whose handler threw, and goes on with the others', async () => {
    const timing = new FakeTiming();
    const queue = new WorkQueue({ log: silentLog, timing });
    const seen: string[] = [];
    const running = queue.run({ any: 1, live: 0 }, async ({ key }) => {
      seen.push(key);
      if (key === 'poison') throw new Error('no');
      await Promise.resolve();
    });
    queue.add('poison', 'live');
    queue.add('fine', 'live');
    await settle();
    await timing.advance(5);
    expect(seen).to.deep.equal(['poison', 'fine', 'poison']);
    queue.close();
    await running;
  });

  it('ends only when handlers under way have returned, and hands out nothing more', async () => {
    const { queue, gate, running } = start(1);
    queue.add('a', 'live');
    queue.add('b', 'live');
    await settle();
    queue.close();
    let ended = false;
    void running.then(() => (ended = true));
    await settle();
    expect(ended).to.equal(false);
    await gate.finish('a');
    await running;
    expect(gate.started).to.deep.equal(['a']);
  });

  it('lets a live key wait for no backlog, and a backlog have no more than its own workers', async () => {
    const { queue, gate } = start(1, 1);
    for (const key of ['bulk-1', 'bulk-2', 'turning']) queue.add(key, 'bulk');
    await settle();
    expect(gate.running).to.deep.equal(['bulk-1']);
    queue.add('turning', 'live');
    await settle();
    expect(gate.running).to.deep.equal(['bulk-1', 'turning']);
    await gate.finish('turning');
    expect(gate.running).to.deep.equal(['bulk-1']);
    await gate.finish('bulk-1');
    expect(gate.running).to.deep.equal(['bulk-2']);
  });

  it('tells since when a key waits: the first add, or what made it urgent', async () => {
    const timing = new FakeTiming();
    const queue = new WorkQueue({ log: silentLog, timing });
    queue.add('a', 'live', 10);
    queue.add('a', 'live', 20);
    queue.add('b', 'bulk', 10);
    queue.add('b', 'live', 30);
    const seen: Record<string, number> = {};
    const running = queue.run({ any: 1, live: 0 }, ({ key, addedAt }) => {
      seen[key] = addedAt;
      return Promise.resolve();
    });
    await settle();
    expect(seen).to.deep.equal({ a: 10, b: 30 });
    queue.close();
    await running;
  });

  it('keeps the earlier time of two adds alike, in whichever order they come', async () => {
    const timing = new FakeTiming();
    const queue = new WorkQueue({ log: silentLog, timing });
    queue.add('a', 'live', 20);
    queue.add('a', 'live', 10);
    const seen: number[] = [];
    const running = queue.run({ any: 1, live: 0 }, ({ addedAt }) => {
      seen.push(addedAt);
      return Promise.resolve();
    });
    await settle();
    expect(seen).to.deep.equal([10]);
    queue.close();
    await running;
  });

  it('aborts the signal of a handler that takes too long, and keeps the key', async () => {
    const queue = new WorkQueue({ log: silentLog, handlerTimeoutMs: 5, backoff: { minMs: 1, maxMs: 1 } });
    let runs = 0;
    const ended = new Promise<void>((resolve) => {
      void queue.run({ any: 1, live: 0 }, async (_item, signal) => {
        runs += 1;
        if (runs === 2) return resolve();
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      });
    });
    queue.add('slow', 'live');
    await ended;
    queue.close();
  });

  it('reports each add, start, retry and end once, with the depth', async () => {
    const timing = new FakeTiming();
    const told: unknown[] = [];
    const observer = {
      added: (depth: number): void => void told.push(['added', depth]),
      started: (key: string, seconds: number, depth: number): void => void told.push(['started', key, seconds, depth]),
      finished: (key: string, seconds: number): void => void told.push(['finished', key, seconds]),
      retried: (): void => void told.push(['retried']),
    };
    const queue = new WorkQueue({ log: silentLog, timing, observer });
    queue.add('a', 'bulk');
    queue.add('a', 'live');
    await timing.advance(500);
    const running = queue.run({ any: 1, live: 0 }, () => Promise.resolve(queue.retry('a')));
    await settle();
    queue.close();
    await running;
    expect(told).to.deep.equal([['added', 1], ['started', 'a', 0.5, 0], ['retried'], ['finished', 'a', 0]]);
  });

  it('takes and hands out 10,000 keys at a cost that does not grow with their number', async () => {
    const queue = new WorkQueue({ log: silentLog });
    const before = performance.now();
    for (let key = 0; key < 10_000; key += 1) queue.add(`namespace-${key}`, 'bulk');
    let left = 10_000;
    await queue.run({ any: 16, live: 0 }, () => {
      left -= 1;
      if (left === 0) queue.close();
      return Promise.resolve();
    });
    expect(performance.now() - before).to.be.below(5_000);
  });

  it('agrees with a model on any sequence: no key lost, none twice at once, every add followed by a run', async () => {
    const workersOf = { any: fc.integer({ min: 1, max: 3 }), live: fc.integer({ min: 0, max: 2 }) };
    const step = fc.oneof(
      fc.record({
        op: fc.constant('add' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        urgency: fc.constantFrom<Urgency>('live', 'bulk'),
      }),
      fc.record({ op: fc.constant('finish' as const), pick: fc.nat(3) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.record(workersOf), async (steps, workers) => {
        const { queue, gate } = start(workers.any, workers.live);
        const owed = new Set<string>();
        let starts = 0;
        for (const each of steps) {
          if (each.op === 'add') {
            queue.add(each.key, each.urgency);
            owed.add(each.key);
          } else {
            const key = gate.running[each.pick % Math.max(1, gate.running.length)];
            if (key !== undefined) await gate.finish(key);
          }
          await settle();
          for (const key of gate.started.slice(starts)) owed.delete(key);
          starts = gate.started.length;
          expect(gate.running.length).to.be.at.most(workers.any + workers.live);
        }
        while (gate.running.length > 0) await gate.finish(gate.running[0] ?? '');
        for (const key of gate.started.slice(starts)) owed.delete(key);
        expect([...owed]).to.deep.equal([]);
        queue.close();
      }),
      { numRuns: 200 },
    );
  });
});

function start(any: number, live = 0): { queue: WorkQueue; gate: Gate; timing: FakeTiming; running: Promise<void> } {
  const timing = new FakeTiming();
  const queue = new WorkQueue({ log: silentLog, timing });
  const gate = new Gate();
  return { queue, gate, timing, running: queue.run({ any, live }, gate.handler) };
}
