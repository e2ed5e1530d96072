import { Pool } from 'undici';
import { CredentialSource } from '../../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../../src/kube/timing.ts';
import { OPERATOR_USER } from '../../support/operator-kubeconfig.ts';
import type { AuditTail } from '../audit-tail.ts';
import { POLICY } from '../phase.ts';
import type { Setting } from '../phase.ts';
import type { World } from '../world.ts';

/** The operator stopped and started again over a converged cluster. */
export interface Restart {
  /** From the process's start until it led and `/readyz` said ok. */
  readonly readyMs: number;
  /** Until every namespace had been looked at; none of these writes renews the Lease. */
  readonly writes: number;
  /** Of the event loop, from its start on: the worse of until it was ready and from then on. */
  readonly stallP99Ms: number;
  /** A bare LIST of the kinds the operator watches: pages of 500, one after another, all kinds at once. */
  readonly listMs: number;
  readonly listedObjects: number;
  readonly listedKinds: number;
}

export async function measureRestart({ world, subject, settings }: Setting): Promise<Restart> {
  await subject.settled(POLICY, settings.namespaces);
  const ending = await world.tail();
  await subject.stop();
  const paths = await watchedPaths(ending);
  const listed = await listAll(world, paths);
  const tail = await world.tail();
  const readyMs = await subject.start();
  const starting = await subject.stallP99Ms();
  let writes = 0;
  for (let depth = 1; depth > 0; depth = await subject.metric('workqueue_depth')) {
    writes += (await tail.settled(3_000)).length;
  }
  const stallP99Ms = Math.max(starting, await subject.stallP99Ms());
  return { readyMs, writes, stallP99Ms, ...listed };
}

/** A watch comes into the audit log when it ends. */
async function watchedPaths(tail: AuditTail): Promise<readonly string[]> {
  const watches = (await tail.read()).filter(({ user, verb }) => user === OPERATOR_USER && verb === 'watch');
  return [...new Set(watches.map(({ uri }) => selectionOf(uri)))];
}

/** The collection and what is selected of it. */
function selectionOf(uri: string): string {
  const { pathname, searchParams } = new URL(uri, 'https://kubernetes');
  const selectors = [...searchParams].filter(([name]) => name.endsWith('Selector'));
  return `${pathname}?${new URLSearchParams([['limit', '500'], ...selectors]).toString()}`;
}

async function listAll(
  world: World,
  paths: readonly string[],
): Promise<Pick<Restart, 'listMs' | 'listedObjects' | 'listedKinds'>> {
  const source = new CredentialSource(() => loadKubeConfig({ file: world.operatorKubeconfig }), systemTiming);
  const { server, tls, headers } = await source.current();
  const pool = new Pool(server.origin, { connections: paths.length, connect: tls });
  const from = performance.now();
  const counts = await Promise.all(paths.map((path) => listOne(pool, headers, path)));
  const listMs = performance.now() - from;
  await pool.close();
  return { listMs, listedObjects: counts.reduce((sum, count) => sum + count, 0), listedKinds: paths.length };
}

async function listOne(pool: Pool, headers: Readonly<Record<string, string>>, path: string): Promise<number> {
  let count = 0;
  for (let token: string | undefined; token !== '';) {
    const next = token === undefined ? path : `${path}&continue=${encodeURIComponent(token)}`;
    const reply = await pool.request({
      path: next,
      method: 'GET',
      headers: { ...headers, accept: 'application/json' },
    });
    const page = (await reply.body.json()) as Page;
    if (reply.statusCode !== 200) throw new Error(`GET ${path} answered ${reply.statusCode}`);
    count += page.items?.length ?? 0;
    token = page.metadata.continue ?? '';
  }
  return count;
}

interface Page {
  readonly metadata: { readonly continue?: string };
  readonly items?: readonly unknown[] | null;
}
