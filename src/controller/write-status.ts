import { isDeepStrictEqual } from 'node:util';
import type { Target } from '../kube/apply.ts';
import type { Log } from '../kube/observer.ts';
import type { Store, Stored } from '../kube/store.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { Resource } from '../slots/kube-object.ts';

/** Sends a status to the cluster. */
export type SendStatus<Status> = (target: Target, status: Status) => Promise<Outcome>;

interface Reporting<Status, Entry extends Stored & { readonly status?: Status }> {
  readonly resource: Resource;
  readonly store: Store<Entry>;
  readonly send: SendStatus<Status>;
  readonly log: Pick<Log, 'warn'>;
  /** The log field that names the object. */
  readonly field: string;
}

/**
 * Writes an object's status where it says anything new, and takes in the answer.
 *
 * @returns false when the write has to be tried again
 */
export async function writeStatus<Status, Entry extends Stored & { readonly status?: Status }>(
  entry: Entry,
  status: Status,
  { resource, store, send, log, field }: Reporting<Status, Entry>,
): Promise<boolean> {
  if (isDeepStrictEqual(entry.status, status)) return true;
  const { name, uid, resourceVersion } = entry;
  const outcome = await send({ resource, namespace: '', name, uid, resourceVersion }, status);
  if (outcome.result === 'done' && outcome.object !== undefined) store.put(outcome.object);
  if (outcome.result === 'refused') log.warn('status refused', { [field]: name, reason: outcome.message });
  return outcome.result === 'done' || outcome.result === 'gone';
}
