import { startOperator } from '../support/operator-process.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { until } from '../support/until.ts';
import { isSettled } from './bench-policy.ts';
import { processFigures } from './process-figures.ts';
import type { ProcessFigures } from './process-figures.ts';
import type { World } from './world.ts';

/** What one process of the operator came to by its end. */
export interface Life {
  readonly peakRssMiB: number;
  /** Opened to the API server in all. */
  readonly connections: number;
  /** Until it led and `/readyz` said ok. */
  readonly readyMs: number;
}

/** The operator under test: one process after another. */
export class Subject {
  /** Of the processes that have ended, oldest first. */
  readonly lives: Life[] = [];
  readonly #world: World;
  readonly #nodeFlags: readonly string[];
  #running: { readonly process: OperatorProcess; readonly readyMs: number } | undefined;

  constructor(world: World, nodeFlags: readonly string[] = []) {
    this.#world = world;
    this.#nodeFlags = nodeFlags;
  }

  /** Starts a process; gives the milliseconds until it was ready and led. */
  async start(): Promise<number> {
    const from = performance.now();
    const process = await startOperator({ kubeconfig: this.#world.operatorKubeconfig, nodeFlags: this.#nodeFlags });
    await Promise.all([process.working(300_000), process.ready(300_000)]);
    const readyMs = performance.now() - from;
    this.#running = { process, readyMs };
    return readyMs;
  }

  /** Ends the process, if one runs. */
  async stop(): Promise<void> {
    if (this.#running === undefined) return;
    const { process, readyMs } = this.#running;
    this.#running = undefined;
    try {
      const { peakRssMiB } = await processFigures(process.pid);
      this.lives.push({ peakRssMiB, readyMs, connections: await process.metric('parapet_api_connections_total') });
    } finally {
      await process.stop();
    }
  }

  figures(): Promise<ProcessFigures> {
    return processFigures(this.#process.pid);
  }

  metric(name: string): Promise<number> {
    return this.#process.metric(name);
  }

  /**
   * The 99th percentile of the event loop's delays since the metrics were last read, in milliseconds: reading starts it
   * anew. The timer that measures them fires every 10 ms, which are part of it.
   */
  async stallP99Ms(): Promise<number> {
    return (await this.metric('nodejs_eventloop_lag_p99_seconds')) * 1000;
  }

  /** Resolves once the policy says so of so many namespaces and nothing has been written for three seconds. */
  async settled(policy: string, count: number): Promise<void> {
    const { admin } = this.#world;
    const tail = await this.#world.tail();
    const all = `${count}/${count} namespaces of ${policy} compliant`;
    await until(all, () => isSettled(admin, policy, count), { deadlineMs: 900_000, everyMs: 200 });
    await tail.settled(3_000);
  }

  get #process(): OperatorProcess {
    if (this.#running === undefined) throw new Error('the operator is not running');
    return this.#running.process;
  }
}
