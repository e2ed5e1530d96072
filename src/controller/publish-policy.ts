import type { PolicyStatus } from '../api/policy-status.ts';
import type { Policy } from '../api/policy.ts';
import { isAnswered } from '../api/ready-status.ts';
import { policyResource } from '../api/resources.ts';
import type { Log } from '../kube/observer.ts';
import type { Timing } from '../kube/timing.ts';
import { selects } from '../plan/selection.ts';
import { awaitsFinalizer, finalizerStep } from '../plan/deletion.ts';
import { finalizerRefusal } from '../status/finalizer-refusal.ts';
import type { FinalizerRefusal } from '../status/finalizer-refusal.ts';
import { policyStatus } from '../status/policy-status.ts';
import { total } from '../status/totals.ts';
import type { Totals } from '../status/totals.ts';
import { contestedByResource, sumByKind } from '../status/verdict.ts';
import type { Write } from './apply-changes.ts';
import { namespacesHeldBy } from './holdings.ts';
import type { Memory } from './memory.ts';
import type { ClusterView, PolicyEntry } from './view.ts';
import { writeFinalizer } from './write-finalizer.ts';
import { writeStatus } from './write-status.ts';
import type { SendStatus } from './write-status.ts';

/** Writes may fail so long for a cause outside the namespaces before the policy is called Stalled. */
const FAILING_PATIENCE_MS = 5 * 60_000;

export interface PublishDeps {
  readonly view: ClusterView;
  readonly memory: Memory;
  readonly protectedNamespaces: readonly string[];
  readonly writeStatus: SendStatus<PolicyStatus>;
  /** Writes a policy's finalizers. */
  readonly write: Write;
  /** Whether a policy gets its finalizer is decided: what it asks for counts from now on, or doesn't for the time being. */
  readonly decided: (entry: PolicyEntry) => void;
  readonly timing: Pick<Timing, 'now' | 'date'>;
  readonly observe: (published: Published) => void;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

const NOWHERE: ReadonlySet<string> = new Set();
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

/** Whether a policy that is being deleted holds nothing any more. */
function isCleanedUp({ policy }: PolicyEntry, { compliant, matched }: Totals): boolean {
  return policy.deleting && compliant === matched;
}

/** Counts a policy's namespaces and writes its status, where that says anything new. */
export class PolicyPublisher {
  readonly #deps: PublishDeps;
  /** Since when writes fail for a policy, monotonic. */
  readonly #failingSince = new Map<string, number>();
  readonly #countedAt = new Map<string, number>();
  /** When it last had something to tell. */
  readonly #toldAt = new Map<string, number>();
  /** Policies whose finalizer could not be written at the last try. */
  readonly #unadmitted = new Set<string>();
  /** By name the uid of policies that went with our finalizer, until the watch tells of it. */
  readonly #released = new Map<string, string>();

  constructor(deps: PublishDeps) {
    this.#deps = deps;
  }

  /** How long to wait, in milliseconds, so that a policy is counted, and its status written, at most once a second. */
  dueIn(name: string): number {
    const last = this.#countedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, last + INTERVAL_MS - this.#deps.timing.now());
  }

  /**
   * Sees to the policy's finalizer first: until it stands the policy writes nothing, and as long as it stands the policy
   * does.
   *
   * @returns false when the write has to be tried again
   */
  async publish(name: string): Promise<boolean> {
    const entry = this.#deps.view.policies.get('', name);
    if (entry === undefined || this.#released.get(name) === entry.uid) return true;
    const step = finalizerStep(entry.policy);
    if (entry.policy.deleting && step === 'none') return true;
    return step === 'add' || step === 'remove' ? this.#finalize(entry, step) : this.#report(entry);
  }

  async #finalize(entry: PolicyEntry, step: 'add' | 'remove'): Promise<boolean> {
    const { view, write, decided, log } = this.#deps;
    const { name: policy } = entry;
    const outcome = await writeFinalizer(entry, step, write);
    if (outcome.result === 'stale') return false;
    if (outcome.result === 'done' && outcome.object !== undefined) {
      view.policies.put(outcome.object);
      this.#unadmitted.delete(policy);
      if (step === 'remove' && entry.policy.deleting) this.#released.set(policy, entry.uid);
      log.info('finalizer written', { policy, step });
      if (step === 'add') decided(entry);
      return this.publish(policy);
    }
    if (step === 'add' && !this.#unadmitted.has(policy)) {
      this.#unadmitted.add(policy);
      decided(entry);
    }
    if (outcome.result === 'refused') {
      log.warn('finalizer refused', { policy, step, reason: outcome.message });
      await this.#report(entry, finalizerRefusal(step, outcome));
    }
    return outcome.result === 'gone';
  }

  /**
   * Whether a policy is about to get its finalizer. Until that is decided nothing may be concluded from what it doesn't
   * hold yet: an object handed over to it would be pruned and created anew.
   */
  isUndecided(policy: Policy): boolean {
    return awaitsFinalizer(policy) && !this.#unadmitted.has(policy.name);
  }

  async #report(entry: PolicyEntry, finalizerRefused?: FinalizerRefusal): Promise<boolean> {
    const { memory, timing, observe } = this.#deps;
    const { name } = entry;
    const { unseen, ...counted } = this.#count(entry);
    this.#countedAt.set(name, timing.now());
    if (finalizerRefused === undefined && isCleanedUp(entry, counted.totals)) return this.#finalize(entry, 'remove');
    // After a restart, or a moment after a namespace came: its verdict is on its way and will ask for the next status.
    const isTold = isAnswered(entry.status, entry.policy.generation) || this.#hasJustTold(entry);
    if (unseen > 0 && isTold) return true;

    this.#toldAt.set(name, timing.now());
    const repairs = memory.takeRepairs(name);
    const status = policyStatus({
      policy: entry.policy,
      totals: counted.totals,
      writesFailing: this.#isFailing(name, counted.totals),
      repairs,
      now: timing.date().toISOString(),
      ...(finalizerRefused === undefined ? {} : { finalizerRefused }),
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
    this.#unadmitted.delete(name);
    this.#released.delete(name);
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
    // Of a policy that goes, also where it holds something without selecting it.
    const held = policy.deleting ? namespacesHeldBy(view, policy.name) : NOWHERE;
    const matched = view.namespaces
      .list('')
      .filter(
        (namespace) =>
          !namespace.terminating && (held.has(namespace.name) || selects(policy, namespace, protectedNamespaces)),
      );
    const verdicts = matched.flatMap(({ name }) => {
      const dated = known.get(name);
      const counts = dated?.generation === policy.generation && policy.deleting === (dated.verdict.cleaning === true);
      return counts ? [dated.verdict] : [];
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

  async #write(entry: PolicyEntry, status: PolicyStatus): Promise<boolean> {
    const { writeStatus: send, view, log } = this.#deps;
    return writeStatus(entry, status, { resource: policyResource, store: view.policies, send, log, field: 'policy' });
  }
}
