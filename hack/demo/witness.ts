import { policyResource, postureResource } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { collectionPath } from '../../src/kube/resource-path.ts';
import { namespaceResource } from '../../src/slots/kube-object.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { wholeKinds } from '../../src/slots/object-kinds.ts';
import { until } from '../support/until.ts';

/** One change of one object, as the API server told it. */
export interface Sighting {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** When it arrived, in milliseconds on the monotonic clock. */
  readonly at: number;
}

interface WatchLine {
  readonly type: Sighting['type'] | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/**
 * A second pair of eyes: watches beside Parapet's own, so that times and repairs are the API server's word and not the
 * operator's. Two changes travel the same way here, so the time between their arrivals is that between their commits.
 */
export class Witness {
  readonly #sightings: Sighting[] = [];
  readonly #closing = new AbortController();

  constructor(client: KubeClient) {
    const kinds = wholeKinds.map(({ resource }) => resource);
    for (const resource of [...kinds, namespaceResource, policyResource, postureResource]) {
      void this.#watch(client, resource);
    }
  }

  /** How much was seen so far: what comes after belongs to what is done next. */
  mark(): number {
    return this.#sightings.length;
  }

  /** Every change after the mark. */
  seen(mark: number): readonly Sighting[] {
    return this.#sightings.slice(mark);
  }

  /** The first change after the mark of which `matches` holds, waited for. */
  async first(what: string, mark: number, matches: (sighting: Sighting) => boolean): Promise<Sighting> {
    return until(what, () => this.#sightings.slice(mark).find(matches), { deadlineMs: 15_000, everyMs: 5 });
  }

  /** An object as it was last seen; undefined where it is gone. */
  latest(kind: string, namespace: string, name: string): KubeObject | undefined {
    const last = this.#sightings.findLast(({ object }) => isObject(object, kind, namespace, name));
    return last?.type === 'DELETED' ? undefined : last?.object;
  }

  close(): void {
    this.#closing.abort();
  }

  async #watch(client: KubeClient, resource: Resource): Promise<void> {
    const { signal } = this.#closing;
    const stream = client.stream({
      path: collectionPath(resource),
      query: { watch: true },
      inactivityMs: 600_000,
      signal,
    });
    try {
      for await (const line of stream) this.#take(resource, line as WatchLine);
    } catch (error) {
      // What is missed shows up as a step that wasn't observed.
      if (!signal.aborted) process.stderr.write(`the watch of ${resource.plural} ended: ${String(error)}\n`);
    }
  }

  #take({ kind }: Resource, { type, object }: WatchLine): void {
    if (type === 'BOOKMARK' || type === 'ERROR') return;
    this.#sightings.push({ type, object: { ...object, kind }, at: performance.now() });
  }
}

/** Whether it is the object of that kind, namespace (empty for cluster-scoped kinds) and name. */
export function isObject(object: KubeObject, kind: string, namespace: string, name: string): boolean {
  const { metadata } = object;
  return object.kind === kind && metadata.name === name && (metadata.namespace ?? '') === namespace;
}
