/** Lets every pending microtask run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A handler whose runs end only when the test says so. */
export class Gate {
  readonly started: string[] = [];
  readonly #open = new Map<string, () => void>();
  handler = ({ key }: { readonly key: string }): Promise<void> => {
    if (this.#open.has(key)) throw new Error(`${key} runs twice at once`);
    this.started.push(key);
    return new Promise((resolve) => this.#open.set(key, resolve));
  };

  get running(): readonly string[] {
    return [...this.#open.keys()];
  }

  async finish(key: string): Promise<void> {
    const resolve = this.#open.get(key);
    this.#open.delete(key);
    resolve?.();
    await settle();
  }
}
