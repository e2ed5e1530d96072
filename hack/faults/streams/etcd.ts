import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../../support/control-plane.ts';

/** Forgets the whole history there is, as etcd's and the API server's own compaction does every five minutes. */
export async function compactEtcd({ dir }: ControlPlane): Promise<void> {
  const { ports } = JSON.parse(await readFile(join(dir, 'state.json'), 'utf8')) as { ports: { etcd: number } };
  const ask = async (path: string, body: object): Promise<EtcdReply> => {
    const reply = await fetch(`http://127.0.0.1:${ports.etcd}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!reply.ok) throw new Error(`etcd refused ${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as EtcdReply;
  };
  const { header } = await ask('kv/range', { key: Buffer.from('nothing').toString('base64') });
  await ask('kv/compaction', { revision: header.revision, physical: true });
}

interface EtcdReply {
  readonly header: { readonly revision: string };
}
