import { isDeepStrictEqual } from 'node:util';
import type { PolicyStatus } from '../api/policy-status.ts';
import { policyResource } from '../api/resources.ts';
import type { Target } from '../kube/apply.ts';
import type { Log } from '../kube/observer.ts';
import type { Timing } from '../kube/timing.ts';
import type { Outcome } from '../plan/outcome.ts';
import { selects } from '../plan/selection.ts';
import type { Json } from '../slots/kube-object.ts';
import { policyStatus } from '../status/policy-status.ts';
import { total } from '../status/totals.ts';
import type { Totals } from '../status/totals.ts';
import { contestedByResource, sumByKind } from '../status/verdict.ts';
import type { Memory } from './memory.ts';
import type { ClusterView, PolicyEntry } from './view.ts';

/** Writes may fail so long for a cause outside the namespaces before the policy is called Stalled. */
const FAILING_PATIENCE_MS = 5 * 60_000;

export interface PublishDeps {
  readonly view: ClusterView;
  readonly memory: Memory;
  readonly protectedNamespaces: readonly string[];
  readonly writeStatus: (target: Target, status: Json) => Promise<Outcome>;
  readonly timing: Pick<Timing, 'now' | 'date'>;
  readonly observe: (published: Published) => void;
  readonly log: Pick<Log, 'warn'>;
}

/** A policy's status is written at most so often. */
const INTERVAL_MS = 1_000;
/** A count that still grows is told less often: however slow the cluster, many namespaces cost a policy few writes. */
const PROGRESS_MS = 5_000;

/** A policy's status as it was just counted. */
export interface Published {
  readonly entry: PolicyEntry;
  readonly totals: Totals;
  readonly status: PolicyStatus;
  /** Open drift by kind. */
  readonly drift: ReadonlyMap<string, number>;
  /** Contested objects by kind of object. */
  readonly contested: ReadonlyMap<string, number>;
}

/** Whether the status in the cluster already gives the answer for this generation of the policy. */
function isSettled({ policy, status }: PolicyEntry): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready !== undefined && ready.status !== 'Unknown' && status?.observedGeneration === policy.generation;
}

/** Counts a policy's namespaces and writes its status, where that says anything new. */
export class PolicyPublisher {
  readonly #deps: PublishDeps;
  /** Since when writes fail for a policy, monotonic. */
  readonly #failingSince = new Map<string, number>();
  readonly #countedAt = new Map<string, number>();
  /** When it last had something to tell. */
  readonly #toldAt = new Map<string, number>();

  constructor(deps: PublishDeps) {
    this.#deps = deps;
  }

  /** How long to wait, in milliseconds, so that a policy is counted, and its status written, at most once a second. */
  dueIn(name: string): number {
    const last = this.#countedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, last + INTERVAL_MS - this.#deps.timing.now());
  }

  /** @returns false when the write has to be tried again */
  async publish(name: string): Promise<boolean> {
    const { view, memory, timing, observe } = this.#deps;
    const entry = view.policies.get('', name);
    if (entry === undefined || entry.policy.deleting) return true;
    const { unseen, ...counted } = this.#count(entry);
    this.#countedAt.set(name, timing.now());
    // After a restart, or a moment after a namespace came: its verdict is on its way and will ask for the next status.
    if (unseen > 0 && (isSettled(entry) || this.#hasJustTold(entry))) return true;

    this.#toldAt.set(name, timing.now());
    const repairs = memory.takeRepairs(name);
    const status = policyStatus({
      policy: entry.policy,
      totals: counted.totals,
      writesFailing: this.#isFailing(name, counted.totals),
      repairs,
      now: timing.date().toISOString(),
      ...(entry.status === undefined ? {} : { previous: entry.status }),
    });
    const written = await this.#write(entry, status);
    if (written) observe({ entry, status, ...counted });
    else for (const repair of repairs) memory.repaired(name, repair);
    return written;
  }

  forget(name: string): void {
    this.#failingSince.delete(name);
    this.#countedAt.delete(name);
    this.#toldAt.delete(name);
    this.#deps.memory.forgetPolicy(name);
  }

  #hasJustTold({ name, policy, status }: PolicyEntry): boolean {
    const toldAt = this.#toldAt.get(name) ?? Number.NEGATIVE_INFINITY;
    return status?.observedGeneration === policy.generation && this.#deps.timing.now() - toldAt < PROGRESS_MS;
  }

  /** Only verdicts of this generation count; every other namespace it selects is still to be looked at. */
  #count({ policy }: PolicyEntry): Pick<Published, 'totals' | 'drift' | 'contested'> & { readonly unseen: number } {
    const { view, memory, protectedNamespaces } = this.#deps;
    if (!policy.decodable) return { totals: total([], 0), drift: new Map(), contested: new Map(), unseen: 0 };
    const known = memory.verdictsOf(policy.name);
    const matched = view.namespaces
      .list('')
      .filter((namespace) => !namespace.terminating && selects(policy, namespace, protectedNamespaces));
    const verdicts = matched.flatMap(({ name }) => {
      const dated = known.get(name);
      return dated?.generation === policy.generation ? [dated.verdict] : [];
    });
    const drift = sumByKind(verdicts.map((verdict) => verdict.drift));
    const contested = contestedByResource(verdicts);
    return { totals: total(verdicts, matched.length), drift, contested, unseen: matched.length - verdicts.length };
  }

  #isFailing(name: string, { failing }: Totals): boolean {
    if (failing === undefined) {
      this.#failingSince.delete(name);
      return false;
    }
    const since = this.#failingSince.get(name) ?? this.#deps.timing.now();
    this.#failingSince.set(name, since);
    return this.#deps.timing.now() - since > FAILING_PATIENCE_MS;
  }

  async #write({ name, uid, resourceVersion, status: before }: PolicyEntry, status: PolicyStatus): Promise<boolean> {
    if (isDeepStrictEqual(before, status)) return true;
    const target: Target = { resource: policyResource, namespace: '', name, uid, resourceVersion };
    const { writeStatus, view, log } = this.#deps;
    const outcome = await writeStatus(target, status as unknown as Json);
    if (outcome.result === 'done' && outcome.object !== undefined) view.policies.put(outcome.object);
    if (outcome.result === 'refused') log.warn('status refused', { policy: name, reason: outcome.message });
    return outcome.result === 'done' || outcome.result === 'gone';
  }
}
