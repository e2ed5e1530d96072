/** A map from namespace and name, small: the only object of its kind in a namespace needs no map of its own. */
export class NamespaceIndex<T extends { readonly name: string }> {
  readonly #namespaces = new Map<string, T | Map<string, T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): T | undefined {
    const bucket = this.#namespaces.get(namespace);
    if (bucket instanceof Map) return bucket.get(name);
    return bucket?.name === name ? bucket : undefined;
  }

  set(namespace: string, value: T): void {
    const bucket = this.#namespaces.get(namespace);
    if (bucket === undefined) {
      this.#namespaces.set(namespace, value);
      this.#size += 1;
    } else if (bucket instanceof Map) {
      this.#size += bucket.has(value.name) ? 0 : 1;
      bucket.set(value.name, value);
    } else {
      this.#setSecond(namespace, bucket, value);
    }
  }

  delete(namespace: string, name: string): boolean {
    const bucket = this.#namespaces.get(namespace);
    if (bucket === undefined || this.get(namespace, name) === undefined) return false;
    this.#size -= 1;
    if (bucket instanceof Map) bucket.delete(name);
    if (!(bucket instanceof Map) || bucket.size === 0) this.#namespaces.delete(namespace);
    return true;
  }

  /** What one namespace holds, in no particular order. */
  in(namespace: string): readonly T[] {
    const bucket = this.#namespaces.get(namespace);
    if (bucket === undefined) return [];
    return bucket instanceof Map ? [...bucket.values()] : [bucket];
  }

  /** Everything, with its namespace. */
  *entries(): IterableIterator<readonly [namespace: string, value: T]> {
    for (const [namespace, bucket] of this.#namespaces) {
      if (!(bucket instanceof Map)) yield [namespace, bucket];
      else for (const value of bucket.values()) yield [namespace, value];
    }
  }

  #setSecond(namespace: string, only: T, value: T): void {
    if (only.name === value.name) {
      this.#namespaces.set(namespace, value);
      return;
    }
    const bucket = new Map([
      [only.name, only],
      [value.name, value],
    ]);
    this.#namespaces.set(namespace, bucket);
    this.#size += 1;
  }
}
