import { expect } from 'chai';
import { ApiError, TransportError } from '../../src/errors.ts';
import type { StreamCall } from '../../src/kube/client.ts';
import { silentObserver } from '../../src/kube/observer.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { Store } from '../../src/kube/store.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { fakeClient, type FakeClient } from './support/fake-client.ts';
import { fakeTiming, type FakeTiming } from './support/fake-timing.ts';
import { CONFIG_MAPS, configMap, keepAll, type Kept } from './support/objects.ts';

/** What one stream does: lines, then an end. Without an end it stays open. */
type Act = readonly (Line | 'end' | Error)[];
type Line = { readonly type: string; readonly object: unknown };

const OPEN_MS = 3_600_000;

const added = (name: string, version: number): Line => ({ type: 'ADDED', object: object(name, version) });
const modified = (name: string, version: number): Line => ({ type: 'MODIFIED', object: object(name, version) });
const deleted = (name: string, version: number): Line => ({ type: 'DELETED', object: object(name, version) });
const bookmark = (version: number): Line => ({
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', metadata: { resourceVersion: String(version) } },
});
const initialEnd = (version: number): Line => ({
  type: 'BOOKMARK',
  object: {
    kind: 'ConfigMap',
    metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});
const streamError = (code: number): Line => ({
  type: 'ERROR',
  object: { kind: 'Status', code, message: `code ${code}` },
});

describe('Reflector', () => {
  let timing: FakeTiming;
  let store: Store<Kept>;
  let client: FakeClient;
  let reflector: Reflector<Kept>;
  let events: string[];
  let restarts: string[];
  let stopping: AbortController;

  beforeEach(() => {
    timing = fakeTiming(() => 0.999);
    store = new Store(keepAll);
    events = [];
    restarts = [];
    stopping = new AbortController();
    store.subscribe(({ type, name, initial }) => events.push(`${type} ${name}${initial ? ' initially' : ''}`));
  });
  afterEach(() => stopping.abort());

  it('fills the store only when the stream of the list is complete, then watches on the same stream', async () => {
    await play([[added('a', 1), added('b', 2), deleted('a', 3), modified('b', 4), initialEnd(5), added('c', 6)]]);
    expect(held()).to.deep.equal(['b4', 'c6']);
    expect(events).to.deep.equal(['added b initially', 'added c']);
    expect(client.streams[0]?.query).to.include({
      watch: true,
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
      timeoutSeconds: 600,
    });
    expect([reflector.hasSynced(), reflector.state(), store.version]).to.deep.equal([true, 'watching', '6']);
  });

  it('keeps the store while a list breaks off, and starts it again', async () => {
    store.put(object('old', 1));
    await play([
      [added('a', 2), 'end'],
      [added('a', 2), added('old', 1), initialEnd(3)],
    ]);
    expect(held()).to.deep.equal(['old1']);
    await timing.advance(1_000);
    expect(held()).to.deep.equal(['a2', 'old1']);
  });

  it('goes on from the last bookmark, at once, after a clean end', async () => {
    await play([[initialEnd(5), bookmark(9), 'end'], [added('a', 10)]]);
    expect(client.streams[1]?.query).to.include({ resourceVersion: '9' });
    expect(client.streams[1]?.query).not.to.have.property('sendInitialEvents');
    expect(held()).to.deep.equal(['a10']);
    expect(waits()).to.deep.equal([]);
  });

  for (const [name, gone] of Object.entries({
    'in the stream': streamError(410),
    'as a status': new ApiError(410, 'too old'),
  })) {
    it(`lists again after 410 ${name}, at once, and reports what vanished meanwhile`, async () => {
      await play([[added('a', 1), initialEnd(5)], [gone], [added('b', 7), initialEnd(8)]], { endFirstAfterMs: 20_000 });
      await timing.advance(20_000);
      expect(events).to.deep.equal(['added a initially', 'added b', 'deleted a']);
      expect(client.streams[2]?.query).to.include({ sendInitialEvents: true });
      expect(waits()).to.deep.equal([20_000]);
    });
  }

  it('does not spin when one list after the other is answered by 410', async () => {
    const acts = Array.from({ length: 50 }, (): Act => [initialEnd(5), streamError(410)]);
    await play(acts);
    await timing.advance(10_000);
    expect(client.streams.length).to.be.below(8);
  });

  for (const code of [429, 500, 503, 504]) {
    it(`waits after ${code} in the stream and goes on from the last version`, async () => {
      await play([[initialEnd(5), added('a', 6), streamError(code)], [added('b', 7)]]);
      expect(client.streams).to.have.length(1);
      await timing.advance(900);
      expect(client.streams[1]?.query).to.include({ resourceVersion: '6' });
      expect(held()).to.deep.equal(['a6', 'b7']);
      expect(restarts).to.deep.equal([code === 429 ? 'throttled' : 'server']);
    });
  }

  it('backs off from 0.8 s to 30 s while nothing answers, and starts anew once it did', async () => {
    const down = Array.from({ length: 8 }, (): Act => [new TransportError('Network', 'no answer: ECONNREFUSED')]);
    await play([...down, [initialEnd(5), bookmark(6), 'end'], [new TransportError('Network', 'x')], []]);
    await timing.advance(120_000);
    const seconds = waits().map((ms) => Math.round(ms / 100) / 10);
    expect(seconds.slice(0, 8)).to.deep.equal([0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]);
    expect(seconds[8]).to.equal(0.8);
  });

  it('never before the time that the API server named', async () => {
    await play([[new ApiError(429, 'slow down', 20_000)], [initialEnd(1)]]);
    await timing.advance(19_000);
    expect(client.streams).to.have.length(1);
    await timing.advance(1_500);
    expect(reflector.hasSynced()).to.equal(true);
  });

  it('does not spin when a watch is closed at once, again and again', async () => {
    await play([[initialEnd(5), 'end'], ...Array.from({ length: 100 }, (): Act => ['end'])]);
    await timing.advance(10_000);
    expect(client.streams.length).to.be.below(8);
  });

  it('waits for a CRD, says so, and looks every five seconds', async () => {
    const absent = Array.from({ length: 10 }, (): Act => [new ApiError(404, 'page not found')]);
    await play([...absent, [initialEnd(5)]]);
    expect(reflector.state()).to.contain('waiting for CRD configmaps');
    await timing.advance(60_000);
    expect(reflector.state()).to.equal('watching');
    expect(Math.max(...waits())).to.be.at.most(5_000);
  });

  it('says which permission is missing', async () => {
    await play([[new ApiError(403, 'forbidden')]]);
    expect(reflector.state()).to.contain('forbidden').and.to.contain('configmaps');
  });

  it('keeps what it knows while a kind is refused', async () => {
    await play([
      [added('a', 1), initialEnd(5), streamError(500)],
      [new ApiError(403, 'no')],
      [new ApiError(404, 'no')],
    ]);
    await timing.advance(2_000);
    expect(held()).to.deep.equal(['a1']);
  });

  it('passes an object over that cannot be taken in, names it, and goes on', async () => {
    const told: unknown[] = [];
    store = new Store<Kept>({
      transform: (one) => {
        if (one.metadata.name === 'poison') throw new Error('cannot read this');
        return keepAll.transform(one);
      },
    });
    await play([[added('poison', 1), initialEnd(5), modified('poison', 6), added('a', 7)]], {
      error: (_, fields) => told.push(fields?.['object']),
    });
    expect(held()).to.deep.equal(['a7']);
    expect(told).to.deep.equal(['poison', 'poison']);
  });

  for (const odd of [null, {}, { type: 'NEWS' }, { type: 'ADDED' }, { type: 'ADDED', object: null }, 'text', 7]) {
    it(`takes ${JSON.stringify(odd)} for a broken stream`, async () => {
      await play([[initialEnd(5), odd as Line], [added('a', 6)]]);
      await timing.advance(1_000);
      expect(held()).to.deep.equal(['a6']);
      expect(restarts).to.deep.equal(['malformed']);
    });
  }

  describe('where WatchList is off', () => {
    const refused = new ApiError(422, 'sendInitialEvents is forbidden');
    const pages: Record<string, Reply> = {
      undefined: page([object('a', 1)], '9', 'next'),
      next: page([object('b', 2)], '9'),
    };

    it('pages through the list, then watches, and asks no more for a stream', async () => {
      let later = pages;
      await play([[refused], [added('c', 10), streamError(410)], []], {
        request: ({ query }) => later[String(query?.['continue'])] as Reply,
      });
      later = { undefined: page([object('a', 1), object('b', 2)], '12') };
      expect(held()).to.deep.equal(['a1', 'b2', 'c10']);
      expect(events.slice(0, 2)).to.deep.equal(['added a initially', 'added b initially']);
      expect(client.calls[0]?.query).to.deep.include({ limit: 500, continue: undefined });
      expect(client.streams[1]?.query).to.include({ resourceVersion: '9' });
      await timing.advance(1_000);
      expect(client.streams.filter(({ query }) => query?.['sendInitialEvents'] === true)).to.have.length(1);
      expect(held()).to.deep.equal(['a1', 'b2']);
    });

    it('starts the list again when its continuation has expired', async () => {
      let asked = 0;
      await play([[refused], []], {
        request: ({ query }) => {
          asked += 1;
          const status = { kind: 'Status', message: 'expired' };
          return query?.['continue'] === 'next' && asked < 3
            ? { status: 410, body: status }
            : (pages[String(query?.['continue'])] as Reply);
        },
      });
      await timing.advance(1_000);
      expect(held()).to.deep.equal(['a1', 'b2']);
    });
  });

  interface Play {
    readonly endFirstAfterMs?: number;
    readonly request?: Parameters<typeof fakeClient>[0]['request'];
    readonly error?: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  }

  async function play(acts: readonly Act[], options: Play = {}): Promise<void> {
    const rest = [...acts];
    const stream = (call: StreamCall): AsyncGenerator<unknown, void, undefined> => {
      const endAfterMs = rest.length === acts.length ? options.endFirstAfterMs : undefined;
      return perform(call, rest.shift() ?? [], endAfterMs);
    };
    client = fakeClient({ stream, ...(options.request === undefined ? {} : { request: options.request }) });
    const observer = { ...silentObserver, watchRestart: (_: string, reason: string) => void restarts.push(reason) };
    const silent = (): void => {};
    const log = { debug: silent, info: silent, warn: silent, error: options.error ?? silent };
    reflector = new Reflector({ client, store, resource: CONFIG_MAPS, timing, observer, log });
    void reflector.run(stopping.signal);
    await timing.advance(0);
  }

  async function* perform(call: StreamCall, act: Act, endAfterMs: number | undefined): AsyncGenerator<unknown, void> {
    for (const line of act) {
      if (line === 'end') return;
      if (line instanceof Error) throw line;
      call.onBytes?.();
      yield line;
    }
    await timing.sleep(endAfterMs ?? OPEN_MS, call.signal);
  }

  /** The reflector's own waits, not those of streams that stay open. */
  function waits(): readonly number[] {
    return timing.sleeps.filter((ms) => ms < OPEN_MS);
  }

  function held(): readonly string[] {
    const values = [...store.entries()].map(([, { name, resourceVersion }]) => name + resourceVersion);
    return values.toSorted();
  }
});

function object(name: string, version: number): KubeObject {
  return configMap({ name, uid: `uid-${name}`, resourceVersion: String(version) });
}

function page(items: readonly KubeObject[], resourceVersion: string, token?: string): Reply {
  const metadata = { resourceVersion, ...(token === undefined ? {} : { continue: token }) };
  return { status: 200, body: { kind: 'ConfigMapList', metadata, items } };
}
