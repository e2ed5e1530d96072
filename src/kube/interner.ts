interface Entry<T> {
  readonly text: string;
  readonly value: T;
  count: number;
}

/**
 * Keeps one copy of equal values, counting who uses it. Thousands of namespaces hold the same NetworkPolicy: shared,
 * an object costs its name, uid and version; and equal content is the same reference.
 */
export class Interner {
  readonly #byText = new Map<string, Entry<unknown>>();
  readonly #byValue = new Map<unknown, Entry<unknown>>();

  /** Distinct values held. */
  get size(): number {
    return this.#byText.size;
  }

  /** The shared copy of `value`, plain JSON. Each `acquire` wants one `release`. */
  acquire<T>(value: T): T {
    const text = JSON.stringify(value);
    const known = this.#byText.get(text);
    if (known !== undefined) {
      known.count += 1;
      return known.value as T;
    }
    const entry: Entry<T> = { text, value, count: 1 };
    this.#byText.set(text, entry);
    this.#byValue.set(value, entry);
    return value;
  }

  /** Gives back what `acquire` returned; the last one frees it. */
  release(value: unknown): void {
    const entry = this.#byValue.get(value);
    if (entry === undefined) return;
    entry.count -= 1;
    if (entry.count > 0) return;
    this.#byText.delete(entry.text);
    this.#byValue.delete(value);
  }
}
