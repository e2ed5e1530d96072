import { Pool } from 'undici';
import { CredentialSource } from '../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import { each } from '../support/each.ts';
import type { Kept } from './left-behind.ts';
import { CONNECTIONS } from './world.ts';
import type { World } from './world.ts';

/**
 * The least that putting these objects there can cost: ready-made bodies, POSTed over so many connections by a client
 * that knows nothing, decides nothing and watches nothing.
 *
 * @returns milliseconds from the first request's arrival to the last one's commit, from the audit log
 */
export async function nullWrite({ controlPlane, audit }: World, objects: readonly Kept[]): Promise<number> {
  const source = new CredentialSource(() => loadKubeConfig({ file: controlPlane.kubeconfig }), systemTiming);
  const { server, tls, headers } = await source.current();
  const pool = new Pool(server.origin, { connections: CONNECTIONS, connect: tls });
  await audit.read();
  const before = audit.writes.length;
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
  await pool.close();
  const ours = (await audit.read()).slice(before).filter(({ user, verb }) => user === 'admin' && verb === 'create');
  return Math.max(...ours.map(({ answeredAt }) => answeredAt)) - Math.min(...ours.map(({ receivedAt }) => receivedAt));
}
