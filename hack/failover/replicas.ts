import { until } from '../support/until.ts';
import { isWrite, leaderCalls, leads, startReplica } from './replica.ts';
import type { Replica, ReplicaOptions } from './replica.ts';
import { issuedCalls } from './issued.ts';
import type { LeaderCall } from './judge.ts';

const PATIENCE = { deadlineMs: 60_000, everyMs: 5 };

/** So many processes of the operator; whoever ends is replaced by another. */
export class Replicas {
  /** Everyone who ever was, in the order of their start. */
  readonly all: Replica[] = [];
  readonly #options: Omit<ReplicaOptions, 'name'>;
  readonly #wanted: number;

  constructor(wanted: number, options: Omit<ReplicaOptions, 'name'>) {
    this.#wanted = wanted;
    this.#options = options;
  }

  alive(): readonly Replica[] {
    return this.all.filter(({ process }) => process.ended() === undefined);
  }

  /** Resolves when so many run, and are ready to take over, as there are to be. */
  async fill(): Promise<void> {
    const missing = Array.from(
      { length: this.#wanted - this.alive().length },
      (_, index) => this.all.length + index + 1,
    );
    const started = missing.map((number) => startReplica({ ...this.#options, name: `replica-${number}` }));
    this.all.push(...(await Promise.all(started)));
  }

  /** Resolves with the one that works. */
  leader(): Promise<Replica> {
    return until('a replica to lead', () => this.alive().find(leads), PATIENCE);
  }

  /** Resolves with one that works and has written something. */
  writer(otherThan?: Replica): Promise<Replica> {
    const writes = (replica: Replica): boolean => leads(replica) && replica.proxy.calls.some(isWrite);
    const found = (): Replica | undefined => this.alive().find((replica) => replica !== otherThan && writes(replica));
    return until('a replica to lead and write', found, PATIENCE);
  }

  /** What of all their calls the judge wants to know, as they arrived. */
  arrived(): readonly LeaderCall[] {
    return this.all.flatMap(leaderCalls);
  }

  /** The same as they were issued, by another clock. */
  issued(): readonly LeaderCall[] {
    return this.all.flatMap(({ name, process }) => issuedCalls(name, process.logs));
  }

  async end(): Promise<void> {
    await Promise.all(this.alive().map(({ process }) => process.kill()));
    await Promise.all(this.all.map(({ proxy }) => proxy.close()));
  }
}
