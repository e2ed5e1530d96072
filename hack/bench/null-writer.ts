import { Pool } from 'undici';
import { CredentialSource } from '../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import { each } from '../support/each.ts';
import type { Kept } from './left-behind.ts';
import { childrenCpuMs } from './process-figures.ts';
import { CONNECTIONS } from './world.ts';
import { operatorKubeconfig } from './world.ts';
import type { World } from './world.ts';
import { OPERATOR_USER } from '../support/operator-kubeconfig.ts';

/** What putting the objects there took. */
export interface NullRun {
  /** From the first request's arrival to the last one's commit, from the audit log. */
  readonly ms: number;
  /** CPU time of the control plane and of the writer. */
  readonly cpuMs: number;
}

export type Identity = 'parapet' | 'admin';

/**
 * The least that putting these objects there can cost: ready-made bodies, POSTed over so many connections by a client
 * that knows nothing, decides nothing and watches nothing. As the operator's ServiceAccount it pays what Parapet pays:
 * for each Role and RoleBinding the API server reads every binding there is, to see whether the writer holds what it
 * grants. An admin is spared that.
 */
export async function nullWrite(world: World, objects: readonly Kept[], identity: Identity): Promise<NullRun> {
  const { controlPlane, audit } = world;
  const file = identity === 'admin' ? controlPlane.kubeconfig : await operatorKubeconfig(world);
  const source = new CredentialSource(() => loadKubeConfig({ file }), systemTiming);
  const { server, tls, headers } = await source.current();
  const pool = new Pool(server.origin, { connections: CONNECTIONS, connect: tls });
  await audit.read();
  const before = audit.writes.length;
  const cpuBefore = await cpuOf(controlPlane.pid);
  await each(objects, CONNECTIONS, async ({ path, body }) => {
    const reply = await pool.request({
      path,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    await reply.body.dump();
    if (reply.statusCode !== 201) throw new Error(`POST ${path} answered ${reply.statusCode}`);
  });
  const cpuMs = (await cpuOf(controlPlane.pid)) - cpuBefore;
  await pool.close();
  const writer = identity === 'admin' ? 'admin' : OPERATOR_USER;
  const ours = (await audit.read()).slice(before).filter(({ user, verb }) => user === writer && verb === 'create');
  const from = Math.min(...ours.map(({ receivedAt }) => receivedAt));
  return { ms: Math.max(...ours.map(({ answeredAt }) => answeredAt)) - from, cpuMs };
}

/** The writer is this process. */
async function cpuOf(controlPlane: number): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (await childrenCpuMs(controlPlane)) + (user + system) / 1000;
}
