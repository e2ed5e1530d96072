import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { EventRecorder, type EventNote } from '../../src/kube/events.ts';
import { silentLog, silentObserver } from '../../src/kube/observer.ts';
import type { Log } from '../../src/kube/observer.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { fakeClient, type FakeClient } from './support/fake-client.ts';
import { fakeTiming, settled } from './support/fake-timing.ts';

const NOTE: EventNote = {
  regarding: {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'NamespacePosture',
    name: 'parapet',
    namespace: 'team',
    uid: 'u',
  },
  type: 'Warning',
  reason: 'DriftRepaired',
  message: 'NetworkPolicy/parapet-default-deny was deleted',
};

describe('EventRecorder', () => {
  const stopping = new AbortController();
  let dropped = 0;

  beforeEach(() => {
    dropped = 0;
  });
  after(() => stopping.abort());

  it('writes an Event beside its object', async () => {
    const { recorder, client } = start();
    recorder.record(NOTE);
    await settled();
    expect(client.calls).to.have.length(1);
    expect(client.calls[0]).to.include({ method: 'POST', path: '/api/v1/namespaces/team/events' });
    expect(client.calls[0]?.body).to.deep.include({
      involvedObject: NOTE.regarding,
      count: 1,
      reason: 'DriftRepaired',
    });
  });

  it('puts Events of cluster-scoped objects into the namespace default', async () => {
    const { recorder, client } = start();
    recorder.record({
      ...NOTE,
      regarding: { apiVersion: 'v1', kind: 'ClusterSecurityPolicy', name: 'base', uid: 'p' },
    });
    await settled();
    expect(client.calls[0]?.path).to.equal('/api/v1/namespaces/default/events');
  });

  it('counts the same again instead of telling it anew', async () => {
    const { recorder, client } = start();
    for (let again = 0; again < 3; again += 1) {
      recorder.record(NOTE);
      await settled();
    }
    expect(client.calls.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH', 'PATCH']);
    expect(client.calls[2]?.body).to.include({ count: 3 });
  });

  it('tells it anew when the Event has expired meanwhile', async () => {
    const { recorder, client } = start((method) => ({ status: method === 'PATCH' ? 404 : 201, body: {} }));
    recorder.record(NOTE);
    await settled();
    recorder.record(NOTE);
    await settled();
    expect(client.calls.map(({ method }) => method)).to.deep.equal(['POST', 'PATCH', 'POST']);
  });

  it('grants an object 25 Events at once, then one in five minutes', async () => {
    const { recorder, client, timing } = start();
    const tell = async (from: number): Promise<void> => {
      for (let at = from; at < from + 30; at += 1) recorder.record({ ...NOTE, message: `m${at}` });
      await settled();
      await settled();
    };
    await tell(0);
    expect([client.calls.length, dropped]).to.deep.equal([25, 5]);
    await timing.advance(300_000);
    await tell(100);
    expect([client.calls.length, dropped]).to.deep.equal([26, 34]);
  });

  it('holds no more than 1,000 at a time', () => {
    const { recorder } = start(() => new Promise(() => {}));
    for (let at = 0; at < 1_500; at += 1) recorder.record({ ...NOTE, regarding: { ...NOTE.regarding, uid: `u${at}` } });
    expect(dropped).to.equal(500);
  });

  it('swallows every failure', async () => {
    const { recorder } = start(() => {
      throw new TransportError('Network', 'gone');
    });
    recorder.record(NOTE);
    await settled();
    expect(dropped).to.equal(1);
  });

  it('tells once which permission it misses, and not of a namespace that is going', async () => {
    const told: unknown[] = [];
    const replies = [
      'because it is being terminated',
      ...Array.from({ length: 2 }, () => 'User "p" cannot create resource "events"'),
    ];
    const { recorder } = start(() => ({ status: 403, body: { kind: 'Status', message: replies.shift() } }), true, {
      warn: (_, fields) => told.push(fields),
    });
    for (let at = 0; at < 3; at += 1) {
      recorder.record({ ...NOTE, message: `m${at}` });
      await settled();
    }
    expect(dropped).to.equal(3);
    expect(told).to.deep.equal([{ reason: 'User "p" cannot create resource "events"' }]);
  });

  it('writes nothing when switched off', async () => {
    const { recorder, client } = start(undefined, false);
    recorder.record(NOTE);
    await settled();
    expect(client.calls).to.deep.equal([]);
  });

  function start(
    answer: (method: string) => Reply | Promise<Reply> = (method) => ({
      status: method === 'POST' ? 201 : 200,
      body: {},
    }),
    enabled = true,
    log: Partial<Log> = {},
  ): { recorder: EventRecorder; client: FakeClient; timing: ReturnType<typeof fakeTiming> } {
    const client = fakeClient({ request: ({ method }) => answer(method) });
    const timing = fakeTiming();
    const observer = { ...silentObserver, eventDropped: () => (dropped += 1) };
    const recorder = new EventRecorder({ client, enabled, timing, observer, log: { ...silentLog, ...log } });
    void recorder.run(stopping.signal);
    return { recorder, client, timing };
  }
});
