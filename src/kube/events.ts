import { messageOf } from '../errors.ts';
import type { Resource } from '../slots/kube-object.ts';
import type { KubeClient } from './client.ts';
import { EventBudget, forgetOldest } from './event-budget.ts';
import { silentLog, silentObserver, type KubeObserver, type Log } from './observer.ts';
import type { Reply } from './reply.ts';
import { statusMessage } from './reply.ts';
import { collectionPath, objectPath } from './resource-path.ts';
import { systemTiming, type Timing } from './timing.ts';

/** One thing worth telling the readers of `kubectl describe`. */
export interface EventNote {
  readonly regarding: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, stable. */
  readonly reason: string;
  readonly message: string;
}

export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for cluster-scoped objects: their Events live in `default`, as everybody's do. */
  readonly namespace?: string;
  readonly uid: string;
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** False: nothing is recorded. */
  readonly enabled?: boolean;
  /** The pod's name. */
  readonly instance?: string;
  readonly observer?: KubeObserver;
  readonly log?: Log;
  readonly timing?: Timing;
}

const EVENTS: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };
const QUEUE = 1_000;
const REMEMBERED = 4_096;
// Kubernetes' own bound of an Event's message.
const MESSAGE_LIMIT = 1_024;
// As RBAC words it.
const MISSING_PERMISSION = /\bcannot (?:create|patch) resource "events"/;

interface Written {
  readonly name: string;
  readonly count: number;
}

interface Pending {
  readonly note: EventNote;
  readonly count: number;
}

/** Records Events as a courtesy: bounded in number, never waited for, and no error of theirs reaches anybody. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #observer: KubeObserver;
  readonly #log: Log;
  readonly #timing: Timing;
  readonly #budget = new EventBudget();
  /** Waiting to be written, by what makes two notes the same. */
  readonly #queue = new Map<string, Pending>();
  /** What was written, so that the same again is counted instead of told anew. */
  readonly #written = new Map<string, Written>();
  /** The missing permissions told of: once each, not with every Event. */
  readonly #missing = new Set<string>();
  #wake: (() => void) | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#observer = options.observer ?? silentObserver;
    this.#log = options.log ?? silentLog;
    this.#timing = options.timing ?? systemTiming;
  }

  /** Queues a note and returns at once. */
  record(note: EventNote): void {
    if (this.#options.enabled === false) return;
    const key = identityOf(note);
    const waiting = this.#queue.get(key);
    if (waiting !== undefined) {
      this.#queue.set(key, { note, count: waiting.count + 1 });
    } else if (this.#queue.size < QUEUE && this.#budget.take(note.regarding.uid, this.#timing.now())) {
      this.#queue.set(key, { note, count: 1 });
    } else {
      this.#observer.eventDropped();
    }
    this.#wake?.();
  }

  /** Writes what was queued, one at a time, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) {
      const [next] = this.#queue;
      if (next === undefined) await this.#moreToDo();
      else await this.#write(...next, signal);
    }
    signal.removeEventListener('abort', wake);
  }

  #moreToDo(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #write(key: string, pending: Pending, signal: AbortSignal): Promise<void> {
    this.#queue.delete(key);
    try {
      const known = this.#written.get(key);
      const counted = known !== undefined && (await this.#countUp(key, known, pending, signal));
      if (!counted) await this.#create(key, pending, signal);
    } catch (error) {
      this.#observer.eventDropped();
      this.#log.debug('an event could not be written', { reason: messageOf(error) });
    }
  }

  /** False when the Event has expired, which by default they do after an hour. */
  async #countUp(key: string, known: Written, { note, count }: Pending, signal: AbortSignal): Promise<boolean> {
    const total = known.count + count;
    const reply = await this.#options.client.request({
      method: 'PATCH',
      path: objectPath(EVENTS, namespaceOf(note), known.name),
      contentType: 'application/merge-patch+json',
      body: { count: total, lastTimestamp: this.#stamp() },
      signal,
    });
    if (reply.status === 200) this.#remember(key, { name: known.name, count: total });
    else this.#complain(reply, 'patch');
    return reply.status === 200;
  }

  async #create(key: string, { note, count }: Pending, signal: AbortSignal): Promise<void> {
    const name = this.#nameFor(note.regarding);
    const path = collectionPath(EVENTS, namespaceOf(note));
    const body = this.#event(name, note, count);
    const reply = await this.#options.client.request({ method: 'POST', path, body, signal });
    if (reply.status === 201) {
      this.#remember(key, { name, count });
    } else {
      this.#observer.eventDropped();
      this.#complain(reply, 'create');
    }
  }

  /** Of a missing permission only: a namespace that is going refuses Events as well, and an expired one can't be counted up. */
  #complain({ status, body }: Reply, verb: 'create' | 'patch'): void {
    const reason = statusMessage(status, body);
    if (status !== 403 || !MISSING_PERMISSION.test(reason) || this.#missing.has(verb)) return;
    this.#missing.add(verb);
    this.#log.warn('event refused', { reason });
  }

  #event(name: string, note: EventNote, count: number): object {
    const stamp = this.#stamp();
    return {
      apiVersion: 'v1',
      kind: EVENTS.kind,
      metadata: { name, namespace: namespaceOf(note) },
      involvedObject: note.regarding,
      type: note.type,
      reason: note.reason,
      message: note.message.slice(0, MESSAGE_LIMIT),
      count,
      firstTimestamp: stamp,
      lastTimestamp: stamp,
      source: { component: 'parapet' },
      reportingComponent: 'parapet',
      reportingInstance: this.#options.instance ?? 'parapet',
    };
  }

  #nameFor(subject: EventSubject): string {
    const unique = `${this.#timing.date().getTime().toString(16)}${Math.floor(this.#timing.random() * 2 ** 32).toString(16)}`;
    return `${subject.name.slice(0, 200)}.${unique}`;
  }

  #stamp(): string {
    return `${this.#timing.date().toISOString().slice(0, 19)}Z`;
  }

  #remember(key: string, written: Written): void {
    this.#written.delete(key);
    this.#written.set(key, written);
    forgetOldest(this.#written, REMEMBERED);
  }
}

function namespaceOf(note: EventNote): string {
  return note.regarding.namespace ?? 'default';
}

function identityOf({ regarding, type, reason, message }: EventNote): string {
  return JSON.stringify([regarding.uid, regarding.name, type, reason, message]);
}
