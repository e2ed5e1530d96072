import { expect } from 'chai';
import fc from 'fast-check';
import { LeaderElection } from '../../src/kube/lease.ts';
import { fakeTiming, type FakeTiming } from './support/fake-timing.ts';
import { LeaseServer, type Weather } from './support/lease-server.ts';

interface Process {
  readonly election: LeaderElection;
  readonly lost: string[];
  readonly stop: () => Promise<void>;
  weather: Weather;
}

describe('LeaderElection', () => {
  let timing: FakeTiming;
  let server: LeaseServer;

  beforeEach(() => {
    timing = fakeTiming();
    server = new LeaseServer(timing);
  });

  it('creates the Lease and leads', async () => {
    const a = start('a');
    await timing.advance(0);
    await a.election.elected;
    expect(a.election.mayWrite()).to.equal(true);
    expect(server.lease?.spec).to.include({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(server.lease?.spec?.renewTime).to.match(/^2026-01-01T00:00:\d\d\.\d{6}Z$/);
  });

  it('renews every two seconds with one call', async () => {
    start('a');
    await timing.advance(0);
    server.calls.length = 0;
    await timing.advance(20_000);
    expect(server.calls).to.deep.equal(Array.from({ length: 10 }, () => 'PUT'));
  });

  it('waits while another leads, and takes over when the lease has run out on the local clock', async () => {
    const a = start('a');
    await timing.advance(0);
    const b = start('b');
    await timing.advance(60_000);
    expect(b.election.isLeader()).to.equal(false);
    a.weather = 'refused';
    await timing.advance(10_000);
    expect(a.lost).to.deep.equal(['not renewed in time']);
    await timing.advance(10_000);
    expect(b.election.mayWrite()).to.equal(true);
    expect(server.lease?.spec).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('may not write from the renew deadline on, also when nothing woke the process up', async () => {
    const a = start('a');
    await timing.advance(0);
    timing.skip(9_999);
    expect(a.election.mayWrite()).to.equal(true);
    timing.skip(1);
    expect(a.election.mayWrite()).to.equal(false);
  });

  it('gives up leading when a renewal is granted only after the deadline', async () => {
    const a = start('a');
    await timing.advance(0);
    timing.skip(11_000);
    await timing.advance(2_000);
    expect(a.lost).to.have.length(1);
    expect(a.election.isLeader()).to.equal(false);
  });

  it('survives lost replies and hanging calls that end before the deadline', async () => {
    const a = start('a');
    await timing.advance(0);
    for (const weather of ['reply lost', 'hangs', 'refused'] as const) {
      a.weather = weather;
      await timing.advance(5_000);
      a.weather = 'fine';
      await timing.advance(10_000);
    }
    expect(a.lost).to.deep.equal([]);
    expect(a.election.mayWrite()).to.equal(true);
  });

  it('stops at once when it sees another holder', async () => {
    const a = start('a');
    await timing.advance(0);
    const { lease } = server;
    if (lease === undefined) throw new Error('no lease');
    const metadata = { ...lease.metadata, resourceVersion: '99' };
    server.lease = { ...lease, metadata, spec: { ...lease.spec, holderIdentity: 'thief' } };
    await timing.advance(2_000);
    expect(a.lost).to.have.length(1);
  });

  for (const afterMs of [5_000, 5_500, 6_000, 6_500]) {
    it(`releases the lease on stop after ${afterMs} ms, so that the next one leads 1.2 s later at the latest`, async () => {
      const a = start('a');
      await timing.advance(0);
      const b = start('b');
      await timing.advance(afterMs);
      await a.stop();
      expect(server.lease?.spec).to.include({ holderIdentity: '', leaseDurationSeconds: 1 });
      expect(a.election.mayWrite()).to.equal(false);
      await timing.advance(1_200);
      expect(b.election.mayWrite()).to.equal(true);
      expect(a.lost).to.deep.equal([]);
    });
  }

  it('releases also after a renewal whose reply was lost', async () => {
    const a = start('a');
    await timing.advance(0);
    a.weather = 'reply lost';
    await timing.advance(2_500);
    a.weather = 'fine';
    const stopped = a.stop();
    await timing.advance(5_000);
    await stopped;
    expect(server.lease?.spec).to.include({ holderIdentity: '' });
  });

  it('never lets two processes write at once, whatever the network does', async () => {
    const weather = fc.constantFrom<Weather>('fine', 'fine', 'refused', 'hangs', 'reply lost');
    const step = fc.record({ who: fc.nat(2), weather, forMs: fc.integer({ min: 100, max: 12_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        timing = fakeTiming();
        server = new LeaseServer(timing);
        const processes = ['a', 'b', 'c'].map((name) => start(name));
        for (const { who, weather, forMs } of steps) {
          const process = processes[who];
          if (process !== undefined) process.weather = weather;
          for (let passed = 0; passed < forMs; passed += 500) {
            await timing.advance(500);
            const writers = processes.filter(({ election }) => election.mayWrite());
            expect(writers.length).to.be.at.most(1);
          }
        }
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);

  function start(identity: string): Process {
    const stopping = new AbortController();
    const lost: string[] = [];
    const process = { weather: 'fine' as Weather, lost };
    const election = new LeaderElection({
      client: server.client(() => process.weather),
      namespace: 'parapet-system',
      name: 'parapet',
      identity,
      onLost: (reason) => lost.push(reason),
      timing,
    });
    const running = election.run(stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await running;
    };
    return Object.assign(process, { election, stop });
  }
});
