import { join } from 'node:path';
import { LEASE, LEASE_NAME } from '../../src/kube/lease-record.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { objectPath } from '../../src/kube/resource-path.ts';
import { clientFor } from '../support/admin.ts';
import { startControlPlane } from '../support/control-plane.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { faultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { Fault, FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';
import { install } from '../support/install.ts';
import { writeOperatorKubeconfig } from '../support/operator-kubeconfig.ts';
import { startOperator } from '../support/operator-process.ts';
import type { LogEntry, OperatorOptions, OperatorProcess } from '../support/operator-process.ts';
import type { FaultKind } from './fault-kinds.ts';
import { LiveView } from './live-view.ts';
import { plannedCall } from './run-record.ts';
import { worldNumbered, worldOf } from './world.ts';
import type { World } from './world.ts';

/** A fault that waits for its call in one world. */
export interface Armed {
  /** Spelled, with its occurrence. */
  readonly call: string;
  readonly kind: FaultKind;
}

/** What is known of the calls about one world. */
export interface WorldLog {
  readonly world: World;
  readonly calls: readonly ProxiedCall[];
  /** From now on calls are counted anew, and the fault, if there is one, waits for its own. */
  arm(armed: Armed | undefined): void;
  /** A fault that has not acted by now doesn't any more. */
  disarm(): void;
  firedAt(): number | undefined;
  /** Whether no call is under way and none was for so long; Events, which are told when there is time, left out. */
  isQuiet(ms: number): boolean;
}

/** The proxy's own list is not asked for; it would grow for the whole campaign. */
const KEPT_CALLS = 2_000;

/** A control plane, a proxy before it, and one operator behind the proxy: where plans are run side by side. */
export class Lane {
  readonly admin: KubeClient;
  readonly view: LiveView;
  readonly controlPlane: ControlPlane;
  readonly proxy: FaultProxy;
  readonly #kubeconfig: string;
  readonly #logs = new Map<string, OpenWorldLog>();
  readonly #processes: OperatorProcess[] = [];
  readonly #ended: { readonly at: number; readonly how: string }[] = [];
  #worlds = 0;
  #expecting = false;
  /** How the operator was started last. */
  #options: Partial<OperatorOptions> = {};

  private constructor(parts: {
    readonly controlPlane: ControlPlane;
    readonly proxy: FaultProxy;
    readonly admin: KubeClient;
    readonly kubeconfig: string;
  }) {
    this.controlPlane = parts.controlPlane;
    this.proxy = parts.proxy;
    this.admin = parts.admin;
    this.#kubeconfig = parts.kubeconfig;
    this.view = new LiveView(parts.admin);
    this.proxy.rule((each) => this.#faultFor(each));
  }

  /** Starts all of it; resolves when the operator works. */
  static async start(options: Partial<OperatorOptions> = {}): Promise<Lane> {
    const controlPlane = await startControlPlane();
    const admin = clientFor(controlPlane.kubeconfig, { connections: 16 });
    await install(controlPlane.kubeconfig, admin);
    const operator = join(controlPlane.dir, 'operator.kubeconfig');
    await writeOperatorKubeconfig(admin, { admin: controlPlane.kubeconfig, file: operator });
    const proxy = await faultProxy(operator);
    const kubeconfig = join(controlPlane.dir, 'proxied.kubeconfig');
    await proxy.writeKubeconfig(kubeconfig);
    const lane = new Lane({ controlPlane, proxy, admin, kubeconfig });
    await lane.view.synced;
    await lane.#startOperator(options);
    return lane;
  }

  /** A world that nothing has been in yet. */
  newWorld(): WorldLog {
    this.#worlds += 1;
    const log = new OpenWorldLog(worldNumbered(this.#worlds));
    this.#logs.set(log.world.namespace, log);
    return log;
  }

  /** How the operator was started last. */
  startedWith(): Partial<OperatorOptions> {
    return this.#options;
  }

  /** The one that runs. */
  operator(): OperatorProcess {
    const operator = this.#processes.at(-1);
    if (operator === undefined) throw new Error('no operator was ever started');
    return operator;
  }

  /** SIGKILL; resolves when the operator is gone. */
  async kill(): Promise<void> {
    this.#expecting = true;
    await this.#processes.at(-1)?.kill();
  }

  /** Whether there is an operator. */
  isUp(): boolean {
    return this.#processes.at(-1)?.ended() === undefined;
  }

  /**
   * Starts the next operator after a `kill`. Nobody waits for the dead one's Lease to run out: that is another suite's
   * matter.
   */
  async restart(options?: Partial<OperatorOptions>): Promise<void> {
    const path = objectPath(LEASE, 'parapet-system', LEASE_NAME);
    const body = { spec: { holderIdentity: '' } };
    // There is none yet where nobody was ever elected.
    await this.admin.request({ method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
    await this.#startOperator(options);
  }

  /** How operators ended since then that nobody had ended. */
  endedSince(at: number): readonly string[] {
    return this.#ended.filter((each) => each.at >= at).map(({ how }) => how);
  }

  /** Everything that this lane's operators have logged. */
  logs(): readonly LogEntry[] {
    return this.#processes.flatMap(({ logs }) => logs);
  }

  async close(): Promise<void> {
    this.#expecting = true;
    await this.#processes.at(-1)?.stop();
    await this.view.close();
    await this.admin.close();
    await this.proxy.close();
    await this.controlPlane.stop();
  }

  /** As the last time where nothing is said. */
  async #startOperator(options: Partial<OperatorOptions> = this.#options): Promise<void> {
    this.#options = options;
    const operator = await startOperator({ ...options, kubeconfig: this.#kubeconfig });
    this.#expecting = false;
    this.#processes.push(operator);
    // Whatever ends this process ends the operator.
    const end = (): void => operator.signal('SIGKILL');
    process.once('exit', end);
    void operator.exited.then(async ({ code, signal }) => {
      process.off('exit', end);
      if (this.#expecting) return;
      this.#ended.push({ at: performance.now(), how: `${code ?? signal}: ${lastWords(operator)}` });
      // The others go on. Should this one end as well, its own end starts the next.
      await this.restart().catch(() => undefined);
    });
    await operator.working(60_000);
  }

  #faultFor(each: ProxiedCall): Fault | undefined {
    if (this.proxy.calls.length > KEPT_CALLS) this.proxy.forget((known) => known !== each);
    const kind = this.#logs.get(worldOf(each) ?? '')?.take(each);
    return kind && { name: kind.name, act: (exchange) => kind.act(exchange, { kill: () => this.kill() }) };
  }
}

function lastWords({ logs }: OperatorProcess): string {
  return logs
    .filter(({ level }) => level === 'error' || level === 'stderr')
    .slice(-3)
    .map((entry) => JSON.stringify(entry))
    .join(' ');
}

class OpenWorldLog implements WorldLog {
  readonly world: World;
  calls: ProxiedCall[] = [];
  #counts = new Map<string, number>();
  #armed: Armed | undefined;
  #firedAt: number | undefined;

  constructor(world: World) {
    this.world = world;
  }

  arm(armed: Armed | undefined): void {
    this.calls = [];
    this.#counts = new Map();
    this.#armed = armed;
  }

  disarm(): void {
    this.#armed = undefined;
  }

  firedAt(): number | undefined {
    return this.#firedAt;
  }

  isQuiet(ms: number): boolean {
    const calls = this.calls.filter(({ resource }) => resource !== 'events');
    const last = calls.at(-1);
    if (calls.some(({ answeredAt }) => answeredAt === undefined)) return false;
    return last === undefined || performance.now() - (last.answeredAt ?? 0) > ms;
  }

  /** Writes a call down; the kind of fault that is to befall it. */
  take(call: ProxiedCall): FaultKind | undefined {
    this.calls.push(call);
    const spelled = plannedCall(call, this.world);
    const n = (this.#counts.get(spelled) ?? 0) + 1;
    this.#counts.set(spelled, n);
    if (this.#firedAt !== undefined || this.#armed?.call !== `${spelled} #${n}`) return undefined;
    this.#firedAt = performance.now();
    return this.#armed.kind;
  }
}
