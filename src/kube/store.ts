import type { KubeObject } from '../slots/kube-object.ts';
import { NamespaceIndex } from './namespace-index.ts';
import { isNewer, newerOf } from './resource-version.ts';

/** The least a stored value has to tell. */
export interface Stored {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** How objects enter a store. */
export interface StoreTransform<T> {
  /** Applied at entry; undefined = not kept. Must not throw on odd input. */
  transform(object: KubeObject): T | undefined;
  /** Told when a value that `transform` made is no longer held. */
  release?(value: T): void;
}

/** A change others made. One's own writes, fed in by `put` and `remove`, are not reported. */
export interface StoreEvent<T> {
  readonly type: 'added' | 'modified' | 'deleted';
  /** `namespace/name`, or `name` for cluster-scoped kinds. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly current?: T;
  readonly previous?: T;
  /** Part of the first sync: not urgent. */
  readonly initial: boolean;
  /** On the monotonic clock, when the bytes came in. */
  readonly receivedAt: number;
}

export type StoreListener<T> = (event: StoreEvent<T>) => void;

/** When and on which occasion something came in. */
export interface Arrival {
  readonly initial: boolean;
  readonly receivedAt: number;
}

interface Tombstone {
  readonly uid: string;
  readonly version: string;
}

/** An object on its way in. */
export interface Incoming<T> {
  readonly namespace: string;
  readonly value: T;
}

/**
 * What the cluster holds of one kind, as far as the watch has told, plus one's own writes at once.
 *
 * Versions decide, not arrival: an older or equal version of the same uid changes nothing, so the echo of an own write
 * is silent. An own delete leaves a tombstone until the watch has confirmed it, so that a late event can't revive it.
 */
export class Store<T extends Stored> {
  readonly #how: StoreTransform<T>;
  readonly #index = new NamespaceIndex<T>();
  /** Own deletes that the watch has yet to confirm, by key: what was held last. */
  readonly #tombstones = new Map<string, Tombstone>();
  readonly #listeners: StoreListener<T>[] = [];
  #version = '';

  constructor(how: StoreTransform<T>) {
    this.#how = how;
  }

  get size(): number {
    return this.#index.size;
  }

  /** The watch has told everything up to this version; empty before the first sync. */
  get version(): string {
    return this.#version;
  }

  /** Called in the same tick as the change, after it. A listener must not throw: it enqueues a key and no more. */
  subscribe(listener: StoreListener<T>): void {
    this.#listeners.push(listener);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#index.get(namespace, name);
  }

  /** What a namespace holds; of cluster-scoped kinds, with the empty namespace, everything. */
  list(namespace: string): readonly T[] {
    return this.#index.in(namespace);
  }

  entries(): IterableIterator<readonly [namespace: string, value: T]> {
    return this.#index.entries();
  }

  /** The reply to an own create or patch. True when it was news; nobody is notified. */
  put(object: KubeObject): boolean {
    const { namespace = '', name, uid = '', resourceVersion = '' } = object.metadata;
    const current = this.#index.get(namespace, name);
    const arriving = { name, uid, resourceVersion };
    // The watch is past this version and doesn't hold the object: it has been deleted meanwhile.
    const outlived = current?.uid !== uid && this.#version !== '' && !isNewer(resourceVersion, this.#version);
    if (outlived || !this.#isNews(namespace, current, arriving)) return false;
    const value = this.#how.transform(object);
    if (value === undefined) return false;
    this.#set(namespace, value, current);
    return true;
  }

  /** An own delete that the API server confirmed. True when the object was held; nobody is notified. */
  remove(namespace: string, name: string, uid: string): boolean {
    const current = this.#index.get(namespace, name);
    // Not held: the watch has told of the deletion already, and nothing older can follow.
    if (current?.uid !== uid) return false;
    this.#tombstones.set(keyOf(namespace, name), { uid, version: current.resourceVersion });
    this.#drop(namespace, current);
    return true;
  }

  /** An ADDED or MODIFIED of the watch. True when something changed. */
  ingest(object: KubeObject, arrival: Arrival): boolean {
    const { namespace = '', name, uid = '', resourceVersion = '' } = object.metadata;
    this.advance(resourceVersion);
    const current = this.#index.get(namespace, name);
    if (!this.#isNews(namespace, current, { name, uid, resourceVersion })) return false;
    const value = this.#how.transform(object);
    if (value !== undefined) return this.#accept({ namespace, value }, current, arrival);
    return current !== undefined && this.#deleted(namespace, current, arrival);
  }

  /** A DELETED of the watch: its version is that of the deletion. True when something changed. */
  forget(object: KubeObject, arrival: Arrival): boolean {
    const { namespace = '', name, uid = '', resourceVersion = '' } = object.metadata;
    this.advance(resourceVersion);
    const key = keyOf(namespace, name);
    if (this.#tombstones.get(key)?.uid === uid) this.#tombstones.delete(key);
    const current = this.#index.get(namespace, name);
    return current?.uid === uid && this.#deleted(namespace, current, arrival);
  }

  /** The watch has told everything up to this version: a bookmark. */
  advance(version: string): void {
    if (version !== '') this.#version = newerOf(this.#version, version);
  }

  /** Makes an object ready for `replace`; the caller owes either that or `discard`. */
  prepare(object: KubeObject): Incoming<T> | undefined {
    const value = this.#how.transform(object);
    return value === undefined ? undefined : { namespace: object.metadata.namespace ?? '', value };
  }

  /** Takes back what `prepare` made when the list could not be finished. */
  discard(list: Iterable<Incoming<T>>): void {
    for (const { value } of list) this.#how.release?.(value);
  }

  /**
   * A complete list at `version`. What it lacks is reported as deleted with its last known state, unless it is newer
   * than the list: then it is an own write that the list could not know.
   */
  replace(list: readonly Incoming<T>[], version: string, arrival: Arrival): void {
    const listed = new Set(list.map(({ value }) => value.uid));
    for (const [key, dead] of this.#tombstones) {
      // A list from before the object was created lacks it as well, and the watch will yet tell of it.
      if (!listed.has(dead.uid) && !isNewer(dead.version, version)) this.#tombstones.delete(key);
    }
    const before = [...this.#index.entries()];
    for (const incoming of list) this.#replaceOne(incoming, arrival);
    for (const [namespace, value] of before) {
      const held = this.#index.get(namespace, value.name) === value;
      const fresh = isNewer(value.resourceVersion, version);
      if (held && !fresh && !listed.has(value.uid)) this.#deleted(namespace, value, arrival);
    }
    this.#version = version;
  }

  #replaceOne(incoming: Incoming<T>, arrival: Arrival): void {
    const { namespace, value } = incoming;
    const current = this.#index.get(namespace, value.name);
    if (this.#isNews(namespace, current, value)) this.#accept(incoming, current, arrival);
    else this.#how.release?.(value);
  }

  #isNews(namespace: string, current: T | undefined, arriving: Stored): boolean {
    const dead = this.#tombstones.get(keyOf(namespace, arriving.name));
    if (dead !== undefined && (dead.uid === arriving.uid || !isNewer(arriving.resourceVersion, dead.version)))
      return false;
    return current === undefined || isNewer(arriving.resourceVersion, current.resourceVersion);
  }

  #accept({ namespace, value }: Incoming<T>, current: T | undefined, arrival: Arrival): true {
    // Deleted and created again: two events, as if the deletion had been seen.
    const recreated = current !== undefined && current.uid !== value.uid;
    if (recreated) this.#deleted(namespace, current, arrival);
    const previous = recreated ? undefined : current;
    this.#set(namespace, value, previous);
    const change = { current: value, ...(previous === undefined ? {} : { previous }) };
    this.#notify(namespace, value.name, { type: previous === undefined ? 'added' : 'modified', ...change, ...arrival });
    return true;
  }

  #deleted(namespace: string, previous: T, arrival: Arrival): true {
    this.#drop(namespace, previous);
    this.#notify(namespace, previous.name, { type: 'deleted', previous, ...arrival });
    return true;
  }

  #set(namespace: string, value: T, previous: T | undefined): void {
    this.#index.set(namespace, value);
    // From here on the value's own version says what is old.
    this.#tombstones.delete(keyOf(namespace, value.name));
    if (previous !== undefined) this.#how.release?.(previous);
  }

  #drop(namespace: string, value: T): void {
    this.#index.delete(namespace, value.name);
    this.#how.release?.(value);
  }

  #notify(namespace: string, name: string, change: Omit<StoreEvent<T>, 'key' | 'namespace' | 'name'>): void {
    if (this.#listeners.length === 0) return;
    const event = { ...change, namespace, name, key: keyOf(namespace, name) };
    for (const listener of this.#listeners) listener(event);
  }
}

/** `namespace/name`, or `name` for cluster-scoped kinds. */
export function keyOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
