import { setTimeout as delay } from 'node:timers/promises';
import { objectPath } from '../../src/kube/resource-path.ts';
import { call } from '../support/admin.ts';
import { until } from '../support/until.ts';
import type { AuditedWrite } from './audited-write.ts';
import { isOperators } from './convergence.ts';
import type { Kept } from './left-behind.ts';
import type { World } from './world.ts';

/** One tampering and its repair, in milliseconds. */
export interface Repair {
  readonly kind: string;
  readonly action: 'edit' | 'delete';
  /** From the tampering's commit to the repair's. */
  readonly ms: number;
  /** Of those, what the API server took for the repair itself. */
  readonly serverMs: number;
  /** How many requests it took; more than one where somebody else wrote in between. */
  readonly attempts: number;
}

/** What a tenant might write over an object of the sample policy's. */
const EDITS: Readonly<Record<string, object>> = {
  NetworkPolicy: { spec: { ingress: [{}] } },
  ResourceQuota: { spec: { hard: { pods: '5000' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', default: { cpu: '4' } }] } },
  Role: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] },
  RoleBinding: { subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }] },
};

/** Cycle through every kind, edited and deleted, each time in another namespace; the cluster is quiet before each. */
export async function measureRepairs(world: World, kept: readonly Kept[], count: number): Promise<readonly Repair[]> {
  const repairs: Repair[] = [];
  for (const { target, action } of tamperings(world, kept, count)) {
    await quiet(world);
    repairs.push(await tamperOnce(world, target, action));
  }
  return repairs;
}

function tamperings(
  { namespaces }: World,
  kept: readonly Kept[],
  count: number,
): readonly { target: Kept; action: Repair['action'] }[] {
  const kinds = Object.keys(EDITS);
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[index % kinds.length];
    const namespace = namespaces[index % namespaces.length];
    const candidates = kept.filter((object) => object.resource.kind === kind && object.namespace === namespace);
    const action = Math.floor(index / kinds.length) % 2 === 0 ? ('edit' as const) : ('delete' as const);
    // A NetworkPolicy's turn is another one's each time.
    const target = candidates[Math.floor(index / (2 * kinds.length)) % candidates.length];
    return target === undefined ? [] : [{ target, action }];
  }).flat();
}

async function tamperOnce({ admin, audit }: World, target: Kept, action: Repair['action']): Promise<Repair> {
  const { resource, namespace, name } = target;
  const path = objectPath(resource, namespace, name);
  const mark = (await audit.read()).length;
  const contentType = 'application/merge-patch+json';
  if (action === 'delete') await call(admin, { method: 'DELETE', path });
  else await call(admin, { method: 'PATCH', path, contentType, body: EDITS[resource.kind] });

  const concerns = (write: AuditedWrite): boolean =>
    write.resource === resource.plural && write.namespace === namespace && write.name === name;
  const isRepair = (write: AuditedWrite): boolean => isOperators(write) && concerns(write);
  await until(
    `the repair of ${resource.kind} ${namespace}/${name} after its ${action}`,
    async () => {
      const writes = (await audit.read()).slice(mark);
      return writes.some(isRepair) && writes.some((write) => isReport(write, namespace));
    },
    { everyMs: 2 },
  );
  const since = audit.writes.slice(mark).filter(concerns);
  const hit = since.find(({ user }) => user === 'admin');
  const repair = since.find(isRepair);
  if (hit === undefined || repair === undefined) throw new Error('the audit log misses a write');
  return {
    kind: resource.kind,
    action,
    ms: repair.answeredAt - hit.answeredAt,
    serverMs: repair.answeredAt - repair.receivedAt,
    attempts: since.filter(({ user }) => user === repair.user).length,
  };
}

/** The report of a repair is the last thing written in its namespace. */
function isReport(write: AuditedWrite, namespace: string): boolean {
  return isOperators(write) && write.resource === 'namespacepostures' && write.namespace === namespace;
}

/** Until nobody has written for a moment: not even kube-controller-manager. */
async function quiet({ audit }: World): Promise<void> {
  const calmMs = 40;
  for (let known = -1; known !== (await audit.read()).length;) {
    known = audit.writes.length;
    await delay(calmMs);
  }
}
