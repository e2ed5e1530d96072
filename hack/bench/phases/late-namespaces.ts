import { until } from '../../support/until.ts';
import { isOperators } from '../audited-request.ts';
import type { AuditTail } from '../audit-tail.ts';
import type { AuditedRequest } from '../audited-request.ts';
import { POLICY } from '../phase.ts';
import type { Setting } from '../phase.ts';
import { createNamespace, namesOf } from '../world.ts';

/** From a namespace's commit to that of its first object of each kind, in milliseconds. */
export interface LateNamespace {
  readonly closedMs: number;
  /** To the last object's, the report included. */
  readonly wholeMs: number;
}

/** Namespaces that come after convergence, one by one, each when the cluster is quiet. */
export async function measureLateNamespaces({ world, settings }: Setting): Promise<readonly LateNamespace[]> {
  const tail = await world.tail();
  const found: LateNamespace[] = [];
  for (const name of namesOf(`late-${POLICY}`, settings.late)) {
    await tail.quiet();
    await createNamespace(world.admin, name, POLICY);
    found.push(await closed(tail, name));
  }
  return found;
}

async function closed(tail: AuditTail, name: string): Promise<LateNamespace> {
  const since: AuditedRequest[] = [];
  const written = (resource: string): AuditedRequest | undefined =>
    since.find((request) => isOperators(request) && request.resource === resource && request.namespace === name);
  await until(
    `the report on ${name}`,
    async () => {
      since.push(...(await tail.read()).filter(({ writes }) => writes));
      return written('namespacepostures') !== undefined;
    },
    { everyMs: 5 },
  );
  const created = since.find((request) => request.resource === 'namespaces' && request.name === name);
  const from = created?.answeredAt ?? Number.NaN;
  return {
    closedMs: (written('networkpolicies')?.answeredAt ?? Number.NaN) - from,
    wholeMs: (written('namespacepostures')?.answeredAt ?? Number.NaN) - from,
  };
}
