import { setTimeout as delay } from 'node:timers/promises';
import { objectPath } from '../../../src/kube/resource-path.ts';
import { call } from '../../support/admin.ts';
import { each } from '../../support/each.ts';
import { until } from '../../support/until.ts';
import { isOperators } from '../audited-request.ts';
import type { AuditTail } from '../audit-tail.ts';
import type { AuditedRequest } from '../audited-request.ts';
import type { Kept } from '../left-behind.ts';
import { NullWriter, nullWrite, posting } from '../null-writer.ts';
import { POLICY } from '../phase.ts';
import type { Setting } from '../phase.ts';
import { CONNECTIONS } from '../world.ts';
import type { World } from '../world.ts';

/** A tenth of all NetworkPolicies deleted as fast as it goes. Times are the API server's, of commits. */
export interface Storm {
  readonly deleted: number;
  /** From the first deletion to the last repair. */
  readonly ms: number;
  /** From the last deletion to the last repair. */
  readonly afterMs: number;
  /** From the first deletion to the last. */
  readonly deletingMs: number;
  /** The null writer, deleting nothing: it POSTs the same objects after as many were deleted. */
  readonly nullPostMs: number;
  /** The null writer POSTs each object as soon as its deletion is answered: from the first deletion to the last POST. */
  readonly nullMs: number;
}

const TENTHS = 10;

/** Each storm hits another tenth; the null writer's come after, in the same world, while no operator runs. */
export async function measureStorms({ world, subject, kept, settings }: Setting): Promise<readonly Storm[]> {
  const targets = Array.from({ length: settings.rounds }, (_, round) => tenth(kept, round));
  const storms: Omit<Storm, 'nullMs' | 'nullPostMs'>[] = [];
  for (const some of targets) {
    await subject.settled(POLICY, settings.namespaces);
    storms.push(await storm(world, some, undefined));
  }
  await subject.settled(POLICY, settings.namespaces);
  await subject.stop();
  const results: Storm[] = [];
  for (const [round, some] of targets.entries()) {
    const { ms: nullMs } = await withNullWriter(world, (writer) => storm(world, some, writer));
    await each(some, CONNECTIONS, (target) => remove(world, target));
    await delay(500);
    const { ms: nullPostMs } = await nullWrite(world, some.map(posting));
    const measured = storms[round];
    if (measured !== undefined) results.push({ ...measured, nullMs, nullPostMs });
  }
  await subject.start();
  await subject.settled(POLICY, settings.namespaces);
  return results;
}

function tenth(kept: readonly Kept[], round: number): readonly Kept[] {
  const policies = kept.filter(({ resource }) => resource.kind === 'NetworkPolicy');
  return policies.filter((_, index) => index % TENTHS === round % TENTHS);
}

/** Deletes them; whoever puts them back is the operator, or the writer where one is given. */
async function storm(
  world: World,
  targets: readonly Kept[],
  writer: NullWriter | undefined,
): Promise<Omit<Storm, 'nullMs' | 'nullPostMs'>> {
  await each([...targets.slice(0, CONNECTIONS).keys()], CONNECTIONS, () => version(world)); // opens the connections
  const tail = await world.tail();
  const posts: Promise<void>[] = [];
  await each(targets, CONNECTIONS, async (target) => {
    await remove(world, target);
    if (writer !== undefined) posts.push(writer.send(posting(target)));
  });
  await Promise.all(posts);
  const { deleted, created } = await bothOf(tail, targets.length);
  const [from = Number.NaN] = deleted;
  const [lastDeleted, lastCreated] = [Math.max(...deleted), Math.max(...created)];
  return {
    deleted: targets.length,
    ms: lastCreated - from,
    afterMs: lastCreated - lastDeleted,
    deletingMs: lastDeleted - from,
  };
}

async function bothOf(
  tail: AuditTail,
  count: number,
): Promise<{ readonly deleted: readonly number[]; readonly created: readonly number[] }> {
  const [deleted, created]: [number[], number[]] = [[], []];
  const take = (request: AuditedRequest): void => {
    if (request.resource !== 'networkpolicies' || request.code >= 300) return;
    if (request.verb === 'delete') deleted.push(request.answeredAt);
    if (request.verb === 'create' && isOperators(request)) created.push(request.answeredAt);
  };
  await until(
    'the storm’s repairs',
    async () => {
      for (const request of await tail.read()) take(request);
      return created.length >= count;
    },
    { deadlineMs: 300_000 },
  );
  return { deleted, created };
}

async function version({ admin }: World): Promise<void> {
  await call(admin, { method: 'GET', path: '/version' });
}

async function remove({ admin }: World, { resource, namespace, name }: Kept): Promise<void> {
  await call(admin, { method: 'DELETE', path: objectPath(resource, namespace, name) });
}

async function withNullWriter<T>(world: World, work: (writer: NullWriter) => Promise<T>): Promise<T> {
  const writer = await NullWriter.open(world);
  try {
    return await work(writer);
  } finally {
    await writer.close();
  }
}
