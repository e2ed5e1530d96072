import { standingOf } from '../api/exception.ts';
import type { SecurityException } from '../api/exception.ts';
import type { ExceptionStatus } from '../api/exception-status.ts';
import { isAnswered } from '../api/ready-status.ts';
import { exceptionResource } from '../api/resources.ts';
import type { Log } from '../kube/observer.ts';
import type { Timing } from '../kube/timing.ts';
import { selects } from '../plan/selection.ts';
import { exceptionStatus } from '../status/exception-status.ts';
import type { Reaches } from './reaches.ts';
import type { ClusterView, ExceptionEntry } from './view.ts';
import { writeStatus } from './write-status.ts';
import type { SendStatus } from './write-status.ts';

/** A status is written at most so often. */
const INTERVAL_MS = 1_000;

export interface PublishExceptionDeps {
  readonly view: ClusterView;
  readonly reaches: Reaches;
  readonly protectedNamespaces: readonly string[];
  readonly maxExceptionMs: number;
  readonly writeStatus: SendStatus<ExceptionStatus>;
  readonly timing: Pick<Timing, 'now' | 'date'>;
  readonly observe: (entry: ExceptionEntry, status: ExceptionStatus) => void;
  readonly log: Pick<Log, 'warn'>;
}

/** Counts what an exception covers and writes its status, where that says anything new. */
export class ExceptionPublisher {
  readonly #deps: PublishExceptionDeps;
  readonly #countedAt = new Map<string, number>();

  constructor(deps: PublishExceptionDeps) {
    this.#deps = deps;
  }

  /** How long to wait, in milliseconds, so that a status is written at most once a second. */
  dueIn(name: string): number {
    const last = this.#countedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, last + INTERVAL_MS - this.#deps.timing.now());
  }

  /** @returns false when the write has to be tried again */
  async publish(name: string): Promise<boolean> {
    const { view, timing, maxExceptionMs, observe } = this.#deps;
    const entry = view.exceptions.get('', name);
    if (entry === undefined || entry.exception.deleting) return true;
    this.#countedAt.set(name, timing.now());
    const { exception, status: previous } = entry;
    const now = timing.date();
    const standing = standingOf(exception, now.getTime(), maxExceptionMs);
    const { covered, unseen } = standing === 'active' ? this.#reach(exception) : { covered: new Map(), unseen: 0 };
    // After a restart, or a moment after a namespace came: its plan is on its way and will ask for the next status.
    if (unseen > 0 && isAnswered(previous, exception.generation)) return true;
    const known = previous === undefined ? {} : { previous };
    const situation = { exception, standing, covered, unseen, maxDurationMs: maxExceptionMs, now: now.toISOString() };
    const status = exceptionStatus({ ...situation, ...known });
    const written = await this.#write(entry, status);
    if (written) observe(entry, status);
    return written;
  }

  forget(name: string): void {
    this.#countedAt.delete(name);
    this.#deps.reaches.forgetException(name);
  }

  /** Only what was seen of this generation counts. */
  #reach(exception: SecurityException): { covered: Map<string, number>; unseen: number } {
    const { view, reaches, protectedNamespaces } = this.#deps;
    const known = reaches.of(exception.name);
    const selected = view.namespaces
      .list('')
      .filter((namespace) => !namespace.terminating && selects(exception, namespace, protectedNamespaces));
    const covered = new Map<string, number>();
    for (const { name } of selected) {
      const reach = known.get(name);
      if (reach?.generation === exception.generation) covered.set(name, reach.slots);
    }
    return { covered, unseen: selected.length - covered.size };
  }

  async #write(entry: ExceptionEntry, status: ExceptionStatus): Promise<boolean> {
    const { writeStatus: send, view, log } = this.#deps;
    const reporting = { resource: exceptionResource, store: view.exceptions, send, log, field: 'exception' };
    return writeStatus(entry, status, reporting);
  }
}
