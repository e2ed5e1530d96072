import { expect } from 'chai';
import fc from 'fast-check';
import { Store } from '../../src/kube/store.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { configMap, keepAll, type Kept } from './support/objects.ts';

/** One commit of the model's API server. */
interface Commit {
  readonly version: number;
  readonly type: 'put' | 'delete';
  readonly object: KubeObject;
}

/**
 * An API server, a watch that lags, replies to own writes that arrive whenever they like, and lists that are taken at
 * one moment and delivered at another. Own writes name the version the store holds, and each object has at most one
 * under way. Whatever the order, the store ends equal to the server, and on the way it never falls back behind what it
 * was told once, by whomever.
 */
class World {
  readonly store = new Store<Kept>(keepAll);
  readonly #commits: Commit[] = [];
  readonly #server = new Map<string, KubeObject>();
  readonly #replies: Commit[] = [];
  readonly #learnt = new Map<string, Commit>();
  #told = 0;
  #uids = 0;
  #list: { readonly objects: readonly KubeObject[]; readonly version: number } | undefined;

  /** Somebody else, or with `own` we, create or change an object. */
  write(name: string, own: boolean): void {
    const before = this.#server.get(name);
    if (own && !this.#mayWrite(name, before)) return;
    this.#put(name, before?.metadata.uid ?? this.#newUid(), own);
  }

  delete(name: string, own: boolean): void {
    const before = this.#server.get(name);
    if (before === undefined || (own && !this.#mayWrite(name, before))) return;
    this.#drop(before, own);
  }

  /** Delete and create in one go: only the new object's reply is fed in. */
  recreate(name: string): void {
    const before = this.#server.get(name);
    if (before === undefined || !this.#mayWrite(name, before)) return;
    this.#drop(before, false);
    this.#put(name, this.#newUid(), true);
  }

  /** The watch tells the next thing; not while a list is on its way. */
  tell(): void {
    const commit = this.#list === undefined ? this.#commits[this.#told] : undefined;
    if (commit === undefined) return;
    this.#told += 1;
    this.#learn(commit);
    const arrival = { initial: false, receivedAt: 0 };
    if (commit.type === 'put') this.store.ingest(commit.object, arrival);
    else this.store.forget(commit.object, arrival);
    this.checkNotBehind();
  }

  reply(pick: number): void {
    const [commit] = this.#replies.splice(pick % Math.max(1, this.#replies.length), 1);
    if (commit === undefined) return;
    this.#learn(commit);
    const { namespace = '', name, uid = '' } = commit.object.metadata;
    if (commit.type === 'put') this.store.put(commit.object);
    else this.store.remove(namespace, name, uid);
    this.checkNotBehind();
  }

  list(): void {
    if (this.#list === undefined) {
      this.#list = { objects: [...this.#server.values()], version: this.#commits.length };
      return;
    }
    const { objects, version } = this.#list;
    const incoming = objects.flatMap((object) => this.store.prepare(object) ?? []);
    this.store.replace(incoming, String(version), { initial: false, receivedAt: 0 });
    this.#told = version;
    this.#list = undefined;
    for (const commit of this.#commits.slice(0, version)) this.#learn(commit);
    this.checkNotBehind();
  }

  settle(): void {
    while (this.#replies.length > 0) this.reply(0);
    if (this.#list !== undefined) this.list();
    while (this.#told < this.#commits.length) this.tell();
  }

  checkNotBehind(): void {
    for (const [name, { version, type }] of this.#learnt) {
      const held = this.store.get('team', name);
      if (held === undefined) expect(type, `${name} is missing`).to.equal('delete');
      else if (type === 'put') expect(Number(held.resourceVersion), `${name} is behind`).to.be.at.least(version);
      else expect(Number(held.resourceVersion), `${name} is back from the dead`).to.be.above(version);
    }
  }

  expectEqual(): void {
    const held = this.store.list('team').map(({ object }) => object);
    expect(held).to.have.deep.members([...this.#server.values()]);
  }

  #mayWrite(name: string, before: KubeObject | undefined): boolean {
    const held = this.store.get('team', name);
    const underWay = this.#replies.some(({ object }) => object.metadata.name === name);
    return !underWay && (before === undefined || held?.resourceVersion === before.metadata.resourceVersion);
  }

  #put(name: string, uid: string, own: boolean): void {
    const version = this.#commits.length + 1;
    const object = configMap({ name, uid, resourceVersion: String(version) });
    this.#server.set(name, object);
    this.#commit({ version, type: 'put', object }, own);
  }

  #drop(before: KubeObject, own: boolean): void {
    const version = this.#commits.length + 1;
    this.#server.delete(before.metadata.name);
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    this.#commit({ version, type: 'delete', object }, own);
  }

  #newUid(): string {
    this.#uids += 1;
    return `uid-${this.#uids}`;
  }

  #commit(commit: Commit, own: boolean): void {
    this.#commits.push(commit);
    if (own) this.#replies.push(commit);
  }

  #learn(commit: Commit): void {
    const { name } = commit.object.metadata;
    const before = this.#learnt.get(name);
    if (before === undefined || before.version < commit.version) this.#learnt.set(name, commit);
  }
}

const name = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('write' as const), name, own: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('delete' as const), name, own: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('recreate' as const), name }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('tell' as const) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('reply' as const), pick: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('list' as const) }) },
);

describe('Store against a model', () => {
  it('ends equal to the server whatever the order of events, replies and lists', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const next of steps) {
          if (next.op === 'write') world.write(next.name, next.own);
          else if (next.op === 'delete') world.delete(next.name, next.own);
          else if (next.op === 'recreate') world.recreate(next.name);
          else if (next.op === 'reply') world.reply(next.pick);
          else world[next.op]();
        }
        world.settle();
        world.expectEqual();
      }),
      { numRuns: 5_000 },
    );
  });
});
