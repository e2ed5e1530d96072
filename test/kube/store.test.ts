import { expect } from 'chai';
import { Store, type StoreEvent } from '../../src/kube/store.ts';
import { configMap, keepAll, type Kept } from './support/objects.ts';

const LATER = { initial: false, receivedAt: 1 };

describe('Store', () => {
  let store: Store<Kept>;
  let seen: string[];

  beforeEach(() => {
    store = new Store(keepAll);
    seen = [];
    store.subscribe((event) => seen.push(describeEvent(event)));
  });

  it('reports additions, changes and deletions with the state before', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    store.ingest(configMap({ uid: 'u', resourceVersion: '2' }), LATER);
    store.forget(configMap({ uid: 'u', resourceVersion: '3' }), LATER);
    expect(seen).to.deep.equal(['added team/a -:u1', 'modified team/a u1:u2', 'deleted team/a u2:-']);
    expect(store.size).to.equal(0);
  });

  it('is silent about an older or equal version', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '10' }), LATER);
    expect(store.ingest(configMap({ uid: 'u', resourceVersion: '10' }), LATER)).to.equal(false);
    expect(store.ingest(configMap({ uid: 'u', resourceVersion: '9' }), LATER)).to.equal(false);
    expect(seen).to.have.length(1);
  });

  it('is silent about the echo of an own write', () => {
    expect(store.put(configMap({ uid: 'u', resourceVersion: '5' }))).to.equal(true);
    expect(store.ingest(configMap({ uid: 'u', resourceVersion: '5' }), LATER)).to.equal(false);
    expect(seen).to.deep.equal([]);
    expect(store.get('team', 'a')).to.include({ uid: 'u', resourceVersion: '5' });
  });

  it('is not talked back to life by what was said before an own delete', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    expect(store.remove('team', 'a', 'u')).to.equal(true);
    expect(store.ingest(configMap({ uid: 'u', resourceVersion: '2' }), LATER)).to.equal(false);
    expect(store.forget(configMap({ uid: 'u', resourceVersion: '3' }), LATER)).to.equal(false);
    expect(seen).to.deep.equal(['added team/a -:u1']);
  });

  it('ignores the reply to an own write that others have undone meanwhile', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '5' }), LATER);
    store.forget(configMap({ uid: 'u', resourceVersion: '6' }), LATER);
    expect(store.put(configMap({ uid: 'u', resourceVersion: '5' }))).to.equal(false);
    expect(store.size).to.equal(0);
  });

  it('reports a recreated object as deleted and added', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    store.ingest(configMap({ uid: 'v', resourceVersion: '4' }), LATER);
    expect(seen.slice(1)).to.deep.equal(['deleted team/a u1:-', 'added team/a -:v4']);
  });

  it('keeps a recreated object when the deletion of the first is told late', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    store.put(configMap({ uid: 'v', resourceVersion: '4' }));
    store.ingest(configMap({ uid: 'u', resourceVersion: '2' }), LATER);
    store.forget(configMap({ uid: 'u', resourceVersion: '3' }), LATER);
    expect(store.get('team', 'a')).to.include({ uid: 'v' });
  });

  it('reports what a complete list lacks as deleted with its last known state', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    store.replace(prepared(configMap({ name: 'b', uid: 'v', resourceVersion: '2' })), '3', LATER);
    expect(seen.slice(1)).to.deep.equal(['added team/b -:v2', 'deleted team/a u1:-']);
  });

  it('keeps an own write that the list could not know', () => {
    store.put(configMap({ uid: 'u', resourceVersion: '7' }));
    store.replace([], '6', LATER);
    expect(store.get('team', 'a')).to.include({ uid: 'u' });
    store.replace([], '8', LATER);
    expect(store.size).to.equal(0);
  });

  it('does not take an own delete back for a list from before it', () => {
    store.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    const list = prepared(configMap({ uid: 'u', resourceVersion: '1' }));
    store.remove('team', 'a', 'u');
    store.replace(list, '2', LATER);
    expect(store.size).to.equal(0);
  });

  it('says which events belong to the first sync', () => {
    const initial: boolean[] = [];
    store.subscribe((event) => initial.push(event.initial));
    store.replace(prepared(configMap({ uid: 'u', resourceVersion: '1' })), '1', { initial: true, receivedAt: 0 });
    store.ingest(configMap({ uid: 'u', resourceVersion: '2' }), LATER);
    expect(initial).to.deep.equal([true, false]);
  });

  it('gives back every value it made, once', () => {
    const live = new Set<Kept>();
    const counting = new Store<Kept>({
      transform: (object) => {
        const value = keepAll.transform(object);
        if (value !== undefined) live.add(value);
        return value;
      },
      release: (value) => expect(live.delete(value)).to.equal(true),
    });
    counting.ingest(configMap({ uid: 'u', resourceVersion: '1' }), LATER);
    counting.put(configMap({ uid: 'u', resourceVersion: '2' }));
    counting.ingest(configMap({ uid: 'v', resourceVersion: '3' }), LATER);
    const unchanged = counting.prepare(configMap({ uid: 'v', resourceVersion: '3' }));
    counting.replace(unchanged === undefined ? [] : [unchanged], '4', LATER);
    expect(live.size).to.equal(1);
    counting.replace([], '5', LATER);
    expect(live.size).to.equal(0);
  });

  function prepared(
    ...objects: readonly ReturnType<typeof configMap>[]
  ): readonly { namespace: string; value: Kept }[] {
    return objects.flatMap((object) => store.prepare(object) ?? []);
  }
});

function describeEvent({ type, key, previous, current }: StoreEvent<Kept>): string {
  return `${type} ${key} ${version(previous)}:${version(current)}`;
}

function version(value: Kept | undefined): string {
  return value === undefined ? '-' : value.uid + value.resourceVersion;
}
