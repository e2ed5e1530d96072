import { objectPath } from '../../src/kube/resource-path.ts';
import { call } from '../support/admin.ts';
import { each } from '../support/each.ts';
import { until } from '../support/until.ts';
import { isOperators } from './convergence.ts';
import type { Kept } from './left-behind.ts';
import { CONNECTIONS } from './world.ts';
import type { World } from './world.ts';

/** Every tenth NetworkPolicy deleted as fast as it goes. */
export interface Storm {
  readonly deleted: number;
  /** From the first deletion's commit to the last repair's. */
  readonly ms: number;
  /** Likewise, for the deletions alone. */
  readonly deletingMs: number;
}

export async function measureStorm({ admin, audit }: World, kept: readonly Kept[]): Promise<Storm> {
  const policies = kept.filter(({ resource }) => resource.kind === 'NetworkPolicy');
  const targets = policies.filter((_, index) => index % 10 === 0);
  const mark = (await audit.read()).length;
  await each(targets, CONNECTIONS, ({ resource, namespace, name }) =>
    call(admin, { method: 'DELETE', path: objectPath(resource, namespace, name) }),
  );
  const since = async (verb: 'create' | 'delete'): Promise<readonly number[]> =>
    (await audit.read())
      .slice(mark)
      .filter((write) => write.verb === verb && write.resource === 'networkpolicies')
      .filter((write) => verb === 'delete' || isOperators(write))
      .map(({ answeredAt }) => answeredAt);
  const repaired = await until('the storm’s repairs', async () => {
    const times = await since('create');
    return times.length >= targets.length ? times : undefined;
  });
  const deleted = await since('delete');
  const from = Math.min(...deleted);
  return { deleted: targets.length, ms: Math.max(...repaired) - from, deletingMs: Math.max(...deleted) - from };
}
