import type { Content } from '../slots/slot-kind.ts';

/** So many questions about one object are remembered: more policies than that seldom differ. */
const MAX_QUESTIONS = 16;

/**
 * Remembers verdicts by content and question: equal content is the same reference, and a tenant's large objects must not
 * be judged anew at each of his small edits.
 */
export class Judged<T> {
  readonly #verdicts = new WeakMap<Content, Map<string, T>>();

  /** @param question all that the verdict depends on besides the content */
  verdict(content: Content, question: string, judge: () => T): T {
    const known = this.#verdicts.get(content) ?? new Map<string, T>();
    this.#verdicts.set(content, known);
    if (!known.has(question)) {
      if (known.size >= MAX_QUESTIONS) known.clear();
      known.set(question, judge());
    }
    return known.get(question) as T;
  }
}
