import type { KubeObject } from '../slots/kube-object.ts';
import { keyOf, type Incoming, type Store, type Stored } from './store.ts';
import type { WatchEvent } from './watch-event.ts';

/** A list on its way in. The store stays as it was until the list is complete; what never completes is given back. */
export class PendingList<T extends Stored> {
  readonly #store: Store<T>;
  readonly #objects = new Map<string, Incoming<T>>();

  constructor(store: Store<T>) {
    this.#store = store;
  }

  /** An event of the initial stream: most are ADDED, but what happens meanwhile arrives here as well. */
  take(event: WatchEvent): void {
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') this.#remove(event.object);
    else this.add(event.object);
  }

  add(object: KubeObject): void {
    this.#remove(object);
    const incoming = this.#store.prepare(object);
    if (incoming !== undefined) this.#objects.set(keyOf(incoming.namespace, incoming.value.name), incoming);
  }

  /** Hands the list over; from then on it is the store's. */
  complete(): readonly Incoming<T>[] {
    const list = [...this.#objects.values()];
    this.#objects.clear();
    return list;
  }

  /** Gives back what was not handed over. */
  discard(): void {
    this.#store.discard(this.#objects.values());
    this.#objects.clear();
  }

  #remove({ metadata }: KubeObject): void {
    const key = keyOf(metadata.namespace ?? '', metadata.name);
    const older = this.#objects.get(key);
    if (older === undefined) return;
    this.#store.discard([older]);
    this.#objects.delete(key);
  }
}
