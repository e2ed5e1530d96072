import { messageOf } from '../errors.ts';
import { apiVersionOf, type KubeObject } from '../slots/kube-object.ts';
import type { KubeClient } from './client.ts';
import {
  heldSpec,
  isFree,
  LEASE,
  observe,
  releasedSpec,
  type Lease,
  type LeaseSpec,
  type Observation,
} from './lease-record.ts';
import { JITTER_FACTOR, LEASE_TIMINGS, type LeaseTimings } from './lease-timings.ts';
import { silentLog, type Log } from './observer.ts';
import { statusMessage, type Reply } from './reply.ts';
import { collectionPath, objectPath } from './resource-path.ts';
import { systemTiming, type Timing } from './timing.ts';

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique per process: the pod's name and something random. */
  readonly identity: string;
  /** Called once when leadership was held and lost: the process has to end, with a code other than 0. */
  readonly onLost: (reason: string) => void;
  readonly timings?: LeaseTimings;
  readonly timing?: Timing;
  readonly log?: Log;
}

const RELEASE_DEADLINE_MS = 5_000;

/**
 * One leader among the replicas, by a Lease. Measured on this machine's monotonic clock alone. There is no fencing in
 * Kubernetes: `mayWrite` turns false by itself at the renew deadline, also in a process that was stopped and woke up,
 * and every write carries preconditions for what was already on its way.
 */
export class LeaderElection {
  /** Resolves when this process leads for the first time. */
  readonly elected: Promise<void>;
  readonly #options: LeaderElectionOptions;
  readonly #timings: LeaseTimings;
  readonly #timing: Timing;
  readonly #log: Log;
  readonly #resolveElected: () => void;
  #leader = false;
  /** When the last successful renewal was *sent*: what came after is time the server may not have granted. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #observed: Observation | undefined;
  #held: Lease | undefined;

  constructor(options: LeaderElectionOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.elected = promise;
    this.#resolveElected = resolve;
    this.#options = options;
    this.#timings = options.timings ?? LEASE_TIMINGS;
    this.#timing = options.timing ?? systemTiming;
    this.#log = options.log ?? silentLog;
  }

  /** True from winning to losing or releasing. */
  isLeader(): boolean {
    return this.#leader;
  }

  /** True while nobody else can have become leader: to be asked right before each write. */
  mayWrite(): boolean {
    return this.#leader && this.#remainingMs() > 0;
  }

  /**
   * Campaigns, then renews, until the signal aborts; then releases the lease and resolves. Abort only after the last
   * write has returned. Resolves as well after `onLost`.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const from = this.#timing.now();
      await this.#tryHold(signal);
      if (this.#leader && !this.mayWrite() && !signal.aborted) return this.#lose('not renewed in time');
      const waitMs = this.#pauseMs() - (this.#leader ? this.#timing.now() - from : 0);
      await this.#timing.sleep(Math.max(0, waitMs), signal);
    }
    await this.#release();
  }

  #remainingMs(): number {
    return this.#renewedAt + this.#timings.renewMs - this.#timing.now();
  }

  #pauseMs(): number {
    if (this.#leader) return this.#timings.retryMs;
    // Twice as often as it is renewed: a Lease that was released is taken in little more than half that time. Candidates
    // spread out.
    return (this.#timings.retryMs / 2) * (1 + this.#timing.random() * (JITTER_FACTOR - 1));
  }

  async #tryHold(signal: AbortSignal): Promise<void> {
    try {
      const at = this.#timing.now();
      const lease = (await this.#renew(signal)) ?? (await this.#campaign(signal));
      if (lease !== undefined) this.#win(lease, at);
    } catch (error) {
      this.#log.debug('the lease could not be reached', { reason: messageOf(error) });
    }
  }

  /** The short way: one PUT on the version we wrote last. */
  async #renew(signal: AbortSignal): Promise<Lease | undefined> {
    return this.#leader && this.#held !== undefined ? this.#put(this.#held, signal) : undefined;
  }

  async #campaign(signal: AbortSignal): Promise<Lease | undefined> {
    const reply = await this.#call('GET', undefined, signal);
    if (reply.status === 404) return this.#create(signal);
    if (reply.status !== 200) return this.#complain(reply);
    const lease = reply.body as Lease;
    const now = this.#timing.now();
    this.#observed = observe(this.#observed, lease, now);
    if (isFree(lease, this.#observed, this.#options.identity, now)) return this.#put(lease, signal);
    // Somebody leads: it is not us, whatever the clock says.
    if (this.#leader) this.#renewedAt = Number.NEGATIVE_INFINITY;
    return undefined;
  }

  async #create(signal: AbortSignal): Promise<Lease | undefined> {
    const { name, namespace } = this.#options;
    const metadata = { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'parapet' } };
    const lease = { apiVersion: apiVersionOf(LEASE), kind: LEASE.kind, metadata, spec: this.#spec(undefined) };
    const reply = await this.#call('POST', lease, signal);
    return reply.status === 201 ? (reply.body as Lease) : this.#complain(reply);
  }

  async #put(lease: Lease, signal: AbortSignal): Promise<Lease | undefined> {
    const reply = await this.#call('PUT', { ...lease, spec: this.#spec(lease.spec) }, signal);
    return reply.status === 200 ? (reply.body as Lease) : this.#complain(reply);
  }

  #spec(before: LeaseSpec | undefined): LeaseSpec {
    const seconds = Math.ceil(this.#timings.leaseMs / 1000);
    return heldSpec(before, this.#options.identity, seconds, this.#timing.date());
  }

  #win(lease: Lease, at: number): void {
    // Too late: an answer may arrive after the time it grants, or after the one that went before has run out.
    if (this.#timing.now() - (this.#leader ? this.#renewedAt : at) >= this.#timings.renewMs) return;
    this.#held = lease;
    this.#renewedAt = at;
    if (this.#leader) return;
    this.#leader = true;
    this.#log.info('leading', { lease: this.#options.name, identity: this.#options.identity });
    this.#resolveElected();
  }

  #lose(reason: string): void {
    this.#leader = false;
    this.#log.error('leadership lost', { lease: this.#options.name, reason });
    this.#options.onLost(reason);
  }

  async #release(): Promise<void> {
    if (!this.#leader) return;
    this.#leader = false;
    try {
      // Looked at again, because the last renewal may have been cut off after it was committed.
      const lease = (await this.#call('GET', undefined, undefined)).body as Lease;
      if (lease.spec?.holderIdentity !== this.#options.identity) return;
      await this.#call('PUT', { ...lease, spec: releasedSpec(lease.spec, this.#timing.date()) }, undefined);
    } catch (error) {
      this.#log.warn('the lease could not be released; it runs out by itself', { reason: messageOf(error) });
    }
  }

  #call(method: 'GET' | 'POST' | 'PUT', body: object | undefined, signal: AbortSignal | undefined): Promise<Reply> {
    const { client, namespace, name } = this.#options;
    const path = method === 'POST' ? collectionPath(LEASE, namespace) : objectPath(LEASE, namespace, name);
    const query = method === 'GET' ? {} : { fieldManager: 'parapet' };
    const content = body === undefined ? {} : { body: withoutManagedFields(body as KubeObject) };
    return client.request({ method, path, query, ...content, signal, lane: 'lease', deadlineMs: this.#deadlineMs() });
  }

  /** Several tries have to fit before the renew deadline, and none may outlast it. */
  #deadlineMs(): number {
    if (!this.#leader) return RELEASE_DEADLINE_MS;
    return Math.max(1, Math.min(this.#timings.retryMs * 1.5, this.#remainingMs()));
  }

  #complain(reply: Reply): undefined {
    const reason = statusMessage(reply.status, reply.body);
    // 409: another replica was faster, which is the normal course of an election.
    if (reply.status !== 409) this.#log.warn('the lease was refused', { lease: this.#options.name, reason });
  }
}

/** Left out they stay as they are; sent back they only make the call bigger. */
function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
