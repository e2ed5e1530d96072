import type { PolicyRepair } from '../api/policy-status.ts';
import type { PostureRepair } from '../api/posture.ts';
import type { RecordedSlot } from '../plan/snapshot.ts';
import type { NamespaceReport } from '../status/settle.ts';
import { leftBehind, verdicts } from '../status/verdict.ts';
import type { Verdict } from '../status/verdict.ts';

/** A verdict and the generation of the policy it was reached at. */
export interface DatedVerdict {
  readonly verdict: Verdict;
  readonly generation: number;
}

/** A record and the uid of the namespace it is about. */
export interface UnreportedSlots {
  readonly uid: string;
  readonly record: readonly RecordedSlot[];
}

/**
 * What the process remembers between reconciles: the latest verdicts, from which a policy's status is counted, and
 * fingerprints of its own writes. All of it can be lost: a restart rebuilds it from the cluster.
 */
export class Memory {
  readonly #verdicts = new Map<string, Map<string, DatedVerdict>>();
  readonly #matched = new Map<string, readonly string[]>();
  readonly #written = new Map<string, Map<string, number>>();
  readonly #repairs = new Map<string, PolicyRepair[]>();
  /** Of namespaces whose report could not be written: what it would have recorded. */
  readonly #unreported = new Map<string, UnreportedSlots>();
  /** And the latest repairs it would have told. */
  readonly #untold = new Map<string, readonly PostureRepair[]>();
  /** Namespaces where something is open that no selecting policy answers for. */
  readonly #leftBehind = new Map<string, Verdict['drift']>();
  readonly #leftBehindByKind = new Map<string, number>();

  /**
   * Replaces what is known of a namespace.
   * @param generations the policies' generations the report was made at
   * @returns the policies whose status may have changed: those with a verdict on the namespace now or before
   */
  remember(report: NamespaceReport, generations: ReadonlyMap<string, number>): ReadonlySet<string> {
    const touched = this.forget(report.namespace);
    for (const [policy, verdict] of verdicts(report)) {
      const ofPolicy = this.#verdicts.get(policy) ?? new Map<string, DatedVerdict>();
      ofPolicy.set(report.namespace, { verdict, generation: generations.get(policy) ?? 0 });
      this.#verdicts.set(policy, ofPolicy);
    }
    const judging = [...report.matched, ...report.cleaning];
    this.#matched.set(report.namespace, judging);
    const left = leftBehind(report);
    if (Object.keys(left).length > 0) {
      this.#leftBehind.set(report.namespace, left);
      this.#countLeftBehind(left, 1);
    }
    return new Set([...touched, ...judging]);
  }

  /** Drops a namespace's verdicts; returns the policies that had one. Fingerprints stay until the namespace is gone. */
  forget(namespace: string): readonly string[] {
    const matched = this.#matched.get(namespace) ?? [];
    for (const policy of matched) this.#verdicts.get(policy)?.delete(namespace);
    this.#matched.delete(namespace);
    this.#countLeftBehind(this.#leftBehind.get(namespace) ?? {}, -1);
    this.#leftBehind.delete(namespace);
    return matched;
  }

  /** The latest repairs as a report that could not be written would have told them; undefined once one was. */
  keepUntold(namespace: string, repairs: readonly PostureRepair[] | undefined): void {
    if (repairs === undefined) this.#untold.delete(namespace);
    else this.#untold.set(namespace, repairs);
  }

  untoldIn(namespace: string): readonly PostureRepair[] | undefined {
    return this.#untold.get(namespace);
  }

  /** Drops everything about a namespace that no longer exists. */
  forgetEntirely(namespace: string): readonly string[] {
    this.#untold.delete(namespace);
    this.#written.delete(namespace);
    this.#unreported.delete(namespace);
    return this.forget(namespace);
  }

  forgetPolicy(policy: string): void {
    this.#verdicts.delete(policy);
    this.#repairs.delete(policy);
  }

  /** Open drift by kind that counts for no policy: what departed policies left behind. */
  leftBehind(): ReadonlyMap<string, number> {
    return this.#leftBehindByKind;
  }

  /** Kept up to date: adding up all namespaces anew for each of them would be quadratic. */
  #countLeftBehind(counts: Verdict['drift'], sign: 1 | -1): void {
    for (const [kind, count] of Object.entries(counts)) {
      const sum = (this.#leftBehindByKind.get(kind) ?? 0) + sign * count;
      if (sum === 0) this.#leftBehindByKind.delete(kind);
      else this.#leftBehindByKind.set(kind, sum);
    }
  }

  verdictsOf(policy: string): ReadonlyMap<string, DatedVerdict> {
    return this.#verdicts.get(policy) ?? new Map();
  }

  /** The policies that selected a namespace, or were being cleaned up, when it was last looked at. */
  matchedBy(namespace: string): readonly string[] {
    return this.#matched.get(namespace) ?? [];
  }

  writtenIn(namespace: string): ReadonlyMap<string, number> {
    return this.#written.get(namespace) ?? new Map();
  }

  /** Remembers what was written to a slot, or found well there; undefined when it was removed. */
  wrote(namespace: string, slot: string, fingerprint: number | undefined): void {
    const slots = this.#written.get(namespace) ?? new Map<string, number>();
    if (fingerprint === undefined) slots.delete(slot);
    else slots.set(slot, fingerprint);
    this.#written.set(namespace, slots);
  }

  /** Stands in for a record that the cluster would not take; undefined once it has it. */
  keepRecord(namespace: string, record: UnreportedSlots | undefined): void {
    if (record === undefined) this.#unreported.delete(namespace);
    else this.#unreported.set(namespace, record);
  }

  unreportedIn(namespace: string): UnreportedSlots | undefined {
    return this.#unreported.get(namespace);
  }

  /** Adds a repair to the next status of a policy; only the last five are of interest. */
  repaired(policy: string, repair: PolicyRepair): void {
    this.#repairs.set(policy, [...(this.#repairs.get(policy) ?? []), repair].slice(-5));
  }

  /** The repairs since the last call. */
  takeRepairs(policy: string): readonly PolicyRepair[] {
    const repairs = this.#repairs.get(policy) ?? [];
    this.#repairs.delete(policy);
    return repairs;
  }
}
