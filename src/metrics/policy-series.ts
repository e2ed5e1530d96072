import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** What a drift is counted by; never a namespace, of which there are thousands. */
export interface DriftLabels {
  readonly policy: string;
  readonly resource: string;
  readonly kind: string;
}

/** A gauge whose series vanish with their policy. */
export class PolicyGauge<Label extends string> {
  readonly #gauge: Gauge<'policy' | Label>;
  readonly #label: Label;
  readonly #series = new Map<string, Set<string>>();

  constructor(registry: Registry, { name, help, label }: { name: string; help: string; label: Label }) {
    this.#gauge = new Gauge({ name, help, labelNames: ['policy', label], registers: [registry] });
    this.#label = label;
  }

  set(labels: Readonly<Record<'policy' | Label, string>>, value: number): void {
    const values = this.#series.get(labels.policy) ?? new Set();
    this.#series.set(labels.policy, values.add(labels[this.#label]));
    this.#gauge.set(labels, value);
  }

  drop(policy: string): void {
    for (const value of this.#series.get(policy) ?? []) this.#gauge.remove(policy, value);
    this.#series.delete(policy);
  }
}

/** A counter whose counts outlive their policy, under `policy=""`: a sum over policies never falls. */
export class PolicyCounter {
  readonly #counter: Counter<keyof DriftLabels>;
  readonly #counts = new Map<string, Map<string, { readonly labels: DriftLabels; count: number }>>();
  readonly #gone = new Set<string>();

  constructor(registry: Registry, name: string, help: string) {
    this.#counter = new Counter({ name, help, labelNames: ['policy', 'resource', 'kind'], registers: [registry] });
  }

  inc({ policy, resource, kind }: DriftLabels): void {
    const labels = { policy: this.#gone.has(policy) ? '' : policy, resource, kind };
    const ofPolicy = this.#counts.get(labels.policy) ?? new Map<string, { labels: DriftLabels; count: number }>();
    this.#counts.set(labels.policy, ofPolicy);
    const entry = ofPolicy.get(`${resource}/${kind}`) ?? { labels, count: 0 };
    entry.count += 1;
    ofPolicy.set(`${resource}/${kind}`, entry);
    this.#counter.inc({ ...labels });
  }

  /** What the policy counted, and what a reconcile under way or an orphaned object still counts for it, goes to `""`. */
  drop(policy: string): void {
    this.#gone.add(policy);
    for (const { labels, count } of this.#counts.get(policy)?.values() ?? []) {
      this.#counter.remove({ ...labels });
      this.#counter.inc({ ...labels, policy: '' }, count);
    }
    this.#counts.delete(policy);
  }

  /** A new policy under an old name counts for itself. */
  revive(policy: string): void {
    this.#gone.delete(policy);
  }
}
