import type { PostureContent } from '../api/posture.ts';
import type { Timing } from '../kube/timing.ts';
import type { DueSlot } from '../plan/order.ts';
import type { Outcome } from '../plan/outcome.ts';
import { dueAt, isRepair } from '../plan/pace.ts';
import { withContest } from '../status/contest.ts';
import type { NamespaceReport, SlotReport } from '../status/settle.ts';
import { contestOf, isForgotten, lookedAt, nextChangeAt, resumed } from './repair-history.ts';
import type { Moment, RepairHistory } from './repair-history.ts';

type Clock = Pick<Timing, 'now' | 'date'>;

/**
 * Paces repairs of objects that somebody else keeps changing (API contract, section 3). What it remembers ends with ten
 * quiet minutes; a restart takes it up again from the reports.
 */
export class Brake {
  readonly #clock: Clock;
  /** In the order they were last looked at, so that the forgotten ones are in front. */
  readonly #namespaces = new Map<string, NamespaceBrake>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param posture the report as it stands in the cluster */
  of(namespace: string, posture: PostureContent | undefined): NamespaceBrake {
    const known = this.#namespaces.get(namespace);
    if (known !== undefined) return known;
    const histories = resumed(posture, this.#moment());
    return new NamespaceBrake(histories, {
      moment: () => this.#moment(),
      keep: (brake) => this.#keep(namespace, brake),
    });
  }

  /** Drops a namespace that no longer exists. */
  forget(namespace: string): void {
    this.#namespaces.delete(namespace);
  }

  /** How many namespaces it remembers. */
  get size(): number {
    return this.#namespaces.size;
  }

  #keep(namespace: string, brake: NamespaceBrake): void {
    this.#namespaces.delete(namespace);
    if (!brake.isEmpty) this.#namespaces.set(namespace, brake);
    for (const [name, oldest] of this.#namespaces) {
      if (!oldest.isForgotten(this.#clock.now())) break;
      this.#namespaces.delete(name);
    }
  }

  #moment(): Moment {
    return { ms: this.#clock.now(), date: this.#clock.date() };
  }
}

interface Owner {
  readonly moment: () => Moment;
  readonly keep: (brake: NamespaceBrake) => void;
}

/** The brake on one namespace's slots. Use: `hold` before each write, `report` after the last, then `lookAgainMs`. */
export class NamespaceBrake {
  readonly #owner: Owner;
  #histories: ReadonlyMap<string, RepairHistory>;

  constructor(histories: ReadonlyMap<string, RepairHistory>, owner: Owner) {
    this.#histories = histories;
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.#histories.size === 0;
  }

  isForgotten(now: number): boolean {
    return [...this.#histories.values()].every((history) => isForgotten(history, now));
  }

  /** The outcome of a repair whose turn has not come; undefined where nothing is in its way. */
  hold({ slot, state }: DueSlot): Outcome | undefined {
    const bout = this.#histories.get(slot)?.bout;
    if (bout === undefined || !isRepair(state)) return undefined;
    const afterMs = dueAt(bout.pace) - this.#owner.moment().ms;
    return afterMs > 0 ? { result: 'paced', afterMs, message: 'its repairs are paced' } : undefined;
  }

  /** Takes the repairs of a finished reconcile into account, and tells of those that somebody keeps undoing. */
  report(report: NamespaceReport, outcomes: ReadonlyMap<string, Outcome>): NamespaceReport {
    const now = this.#owner.moment();
    const histories = new Map(this.#histories);
    const slots = report.slots.map((slot) => {
      const before = histories.get(slot.slot);
      const history = lookedAt(before, slot, { outcome: outcomes.get(slot.slot), now });
      histories.set(slot.slot, history);
      return withContest(shownAs(slot, before, history), contestOf(history), report.namespace);
    });
    this.#histories = new Map([...histories].filter(([, history]) => !isForgotten(history, now.ms)));
    this.#owner.keep(this);
    return { ...report, slots };
  }

  /** When the namespace is to be looked at again: a repair's turn comes, or a fight may be over. */
  lookAgainMs(): number | undefined {
    const next = Math.min(...[...this.#histories.values()].map(nextChangeAt));
    return Number.isFinite(next) ? Math.max(0, next - this.#owner.moment().ms) : undefined;
  }
}

/** While a repair waits for its turn the report stays as it was when it began to wait. */
function shownAs(slot: SlotReport, before: RepairHistory | undefined, { told }: RepairHistory): SlotReport {
  if (told !== undefined) return { ...slot, ...told.shown };
  const waited = slot.repaired === undefined ? undefined : before?.told;
  return waited === undefined ? slot : { ...slot, detected: waited.detected };
}
