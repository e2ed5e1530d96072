import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { KubeObject } from '../../../src/slots/kube-object.ts';

/** One thing a watch told. */
export interface Sighting {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
}

/** A watch beside the operator's own: what the cluster went through, in the API server's order. */
export class Witness {
  readonly seen: Sighting[] = [];
  readonly #body: Readable;

  constructor(body: Readable) {
    this.#body = body;
    // Closing it is an error to the stream, not to the test.
    body.on('error', () => {});
    createInterface({ input: body })
      .on('line', (line) => this.#take(line))
      .on('error', () => {});
  }

  /** `ADDED name` and so on, of one namespace. */
  log(namespace: string): readonly string[] {
    return this.seen
      .filter(({ object }) => object.metadata.namespace === namespace)
      .map(({ type, object }) => `${type} ${object.metadata.name}`);
  }

  close(): void {
    this.#body.destroy();
  }

  #take(line: string): void {
    const { type, object } = JSON.parse(line) as Omit<Sighting, 'at'>;
    this.seen.push({ type, object, at: performance.now() });
  }
}
