import type { ExceptionReach } from '../plan/namespace-plan.ts';

/** How many slots of a namespace an exception covers, and at which of its generations that was seen. */
export interface DatedReach {
  readonly slots: number;
  readonly generation: number;
}

/** What exceptions cover, namespace by namespace, as it was last planned. A restart rebuilds it. */
export class Reaches {
  readonly #byException = new Map<string, Map<string, DatedReach>>();
  readonly #byNamespace = new Map<string, ReadonlySet<string>>();

  /**
   * Replaces what is known of a namespace.
   * @param generations of the exceptions the plan was made with
   * @returns the exceptions of which something else is known now
   */
  remember(
    namespace: string,
    exemptions: readonly ExceptionReach[],
    generations: ReadonlyMap<string, number>,
  ): readonly string[] {
    const names = new Set(exemptions.map(({ exception }) => exception));
    const gone = [...(this.#byNamespace.get(namespace) ?? [])].filter((name) => !names.has(name));
    for (const name of gone) this.#byException.get(name)?.delete(namespace);
    if (names.size === 0) this.#byNamespace.delete(namespace);
    else this.#byNamespace.set(namespace, names);
    const changed = exemptions.filter(({ exception, slots }) =>
      this.#set(exception, namespace, { slots, generation: generations.get(exception) ?? 0 }),
    );
    return [...gone, ...changed.map(({ exception }) => exception)];
  }

  /** True when it was news. */
  #set(exception: string, namespace: string, reach: DatedReach): boolean {
    const ofException = this.#byException.get(exception) ?? new Map<string, DatedReach>();
    this.#byException.set(exception, ofException);
    const before = ofException.get(namespace);
    ofException.set(namespace, reach);
    return before?.slots !== reach.slots || before.generation !== reach.generation;
  }

  /** By namespace; those it selects and covers nothing in are among them. */
  of(exception: string): ReadonlyMap<string, DatedReach> {
    return this.#byException.get(exception) ?? new Map();
  }

  /** Whether the namespace was last planned with the exception. */
  reached(namespace: string, exception: string): boolean {
    return this.#byNamespace.get(namespace)?.has(exception) === true;
  }

  forgetException(name: string): void {
    for (const namespace of this.#byException.get(name)?.keys() ?? []) {
      const left = new Set([...(this.#byNamespace.get(namespace) ?? [])].filter((other) => other !== name));
      this.#byNamespace.set(namespace, left);
    }
    this.#byException.delete(name);
  }
}
