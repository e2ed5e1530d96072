import { Pool } from 'undici';
import { CredentialSource } from '../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import { each } from '../support/each.ts';
import { OPERATOR_USER } from '../support/operator-kubeconfig.ts';
import type { Kept } from './left-behind.ts';
import { childrenCpuMs } from './process-figures.ts';
import { CONNECTIONS } from './world.ts';
import type { World } from './world.ts';

/** What putting the objects there took. */
export interface NullRun {
  /** From the first request's arrival to the last one's commit, from the audit log. */
  readonly ms: number;
  /** CPU time of the control plane and of the writer. */
  readonly cpuMs: number;
}

export type Identity = 'parapet' | 'admin';

/** A ready-made request. */
export interface NullRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: string;
}

/**
 * The least that a bulk of writes can cost: ready-made bodies over so many connections, by a client that knows nothing,
 * decides nothing and watches nothing. As the operator's ServiceAccount it pays what Parapet pays: for each Role and
 * RoleBinding the API server reads every binding there is, to see whether the writer holds what it grants. An admin is
 * spared that.
 */
export class NullWriter {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;

  private constructor(pool: Pool, headers: Readonly<Record<string, string>>) {
    this.#pool = pool;
    this.#headers = headers;
  }

  static async open(world: World, identity: Identity = 'parapet'): Promise<NullWriter> {
    const file = identity === 'admin' ? world.controlPlane.kubeconfig : world.operatorKubeconfig;
    const source = new CredentialSource(() => loadKubeConfig({ file }), systemTiming);
    const { server, tls, headers } = await source.current();
    const writer = new NullWriter(new Pool(server.origin, { connections: CONNECTIONS, connect: tls }), headers);
    await writer.#connect();
    return writer;
  }

  /** Opens all connections, so that no handshake is timed. */
  async #connect(): Promise<void> {
    const asking = Array.from({ length: CONNECTIONS }, async () => {
      const reply = await this.#pool.request({ path: '/version', method: 'GET', headers: this.#headers });
      await reply.body.dump();
    });
    await Promise.all(asking);
  }

  async send({ method, path, body }: NullRequest): Promise<void> {
    const type = method === 'POST' ? 'application/json' : 'application/json-patch+json';
    const headers = { ...this.#headers, 'content-type': type };
    const reply = await this.#pool.request({ path, method, headers, body });
    await reply.body.dump();
    if (reply.statusCode >= 300) throw new Error(`${method} ${path} answered ${reply.statusCode}`);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** The POST that puts an object there. */
export function posting({ path, body }: Kept): NullRequest {
  return { method: 'POST', path, body };
}

/** Sends all of them as fast as it goes, and takes the time. No operator may run meanwhile. */
export async function nullWrite(
  world: World,
  requests: readonly NullRequest[],
  identity: Identity = 'parapet',
): Promise<NullRun> {
  const writer = await NullWriter.open(world, identity);
  const tail = await world.tail();
  const cpuBefore = await cpuOf(world.controlPlane.pid);
  await each(requests, CONNECTIONS, (request) => writer.send(request));
  const cpuMs = (await cpuOf(world.controlPlane.pid)) - cpuBefore;
  await writer.close();
  const user = identity === 'admin' ? 'admin' : OPERATOR_USER;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const request of await tail.read()) {
    if (request.user !== user || !request.writes) continue;
    from = Math.min(from, request.receivedAt);
    to = Math.max(to, request.answeredAt);
  }
  return { ms: to - from, cpuMs };
}

/** The writer is this process. */
async function cpuOf(controlPlane: number): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (await childrenCpuMs(controlPlane)) + (user + system) / 1000;
}
