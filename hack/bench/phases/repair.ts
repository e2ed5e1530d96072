import type { KubeClient } from '../../../src/kube/client.ts';
import { objectPath } from '../../../src/kube/resource-path.ts';
import { call } from '../../support/admin.ts';
import { until } from '../../support/until.ts';
import type { AuditTail } from '../audit-tail.ts';
import type { AuditedRequest } from '../audited-request.ts';
import { concerns, isOperators } from '../audited-request.ts';
import type { Kept } from '../left-behind.ts';
import type { Setting } from '../phase.ts';

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

export interface Tampering {
  readonly target: Kept;
  readonly action: Repair['action'];
}

/** What a tenant might write over an object of the policy's. */
const EDITS: Readonly<Record<string, object>> = {
  NetworkPolicy: { spec: { ingress: [{}] } },
  ResourceQuota: { spec: { hard: { pods: '5000' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', default: { cpu: '4' } }] } },
  Role: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] },
  RoleBinding: { subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }] },
};

/** Single tamperings, one by one; the cluster is quiet before each. */
export async function measureRepairs({ world, kept, settings }: Setting): Promise<readonly Repair[]> {
  const tail = await world.tail();
  const repairs: Repair[] = [];
  for (const tampering of tamperings(kept, settings.tamperings)) {
    await tail.quiet();
    repairs.push(await tamperOnce(world.admin, tail, tampering));
  }
  return repairs;
}

/** Cycle through every kind, edited and deleted, each time in another namespace. */
export function tamperings(kept: readonly Kept[], count: number): readonly Tampering[] {
  const kinds = Object.keys(EDITS);
  const byKind = kinds.map((kind) => kept.filter(({ resource }) => resource.kind === kind));
  return Array.from({ length: count }, (_, index) => {
    const candidates = byKind[index % kinds.length] ?? [];
    const action = Math.floor(index / kinds.length) % 2 === 0 ? ('edit' as const) : ('delete' as const);
    // One further each time round, so that no object's turn comes again before all others had theirs.
    const target = candidates[(index + Math.floor(index / candidates.length)) % candidates.length];
    return target === undefined ? [] : [{ target, action }];
  }).flat();
}

export async function tamper(admin: KubeClient, { target, action }: Tampering): Promise<void> {
  const { resource, namespace, name } = target;
  const path = objectPath(resource, namespace, name);
  const contentType = 'application/merge-patch+json';
  if (action === 'delete') await call(admin, { method: 'DELETE', path });
  else await call(admin, { method: 'PATCH', path, contentType, body: EDITS[resource.kind] });
}

async function tamperOnce(admin: KubeClient, tail: AuditTail, tampering: Tampering): Promise<Repair> {
  const { target, action } = tampering;
  const { resource, namespace, name } = target;
  const since: AuditedRequest[] = [];
  await tamper(admin, tampering);
  await until(
    `the repair of ${resource.kind} ${namespace}/${name} after its ${action}`,
    async () => {
      since.push(...(await tail.read()).filter((request) => request.writes && request.namespace === namespace));
      return repaired(since, tampering) !== undefined && since.some(isReport);
    },
    { everyMs: 5 },
  );
  const repair = repaired(since, tampering);
  if (repair === undefined) throw new Error('the audit log misses a write');
  return repair;
}

/** The repair of a tampering, in what was written since; undefined where none is there yet. */
export function repaired(since: readonly AuditedRequest[], { target, action }: Tampering): Repair | undefined {
  const ofObject = since.filter((request) => concerns(request, target));
  const hit = ofObject.find(({ user, code }) => user === 'admin' && code < 300);
  const repair = ofObject.find((request) => isOperators(request) && request.answeredAt > (hit?.receivedAt ?? Infinity));
  if (hit === undefined || repair === undefined) return undefined;
  return {
    kind: target.resource.kind,
    action,
    ms: repair.answeredAt - committedAt(hit, repair),
    serverMs: repair.answeredAt - repair.receivedAt,
    attempts: ofObject.filter(({ user, answeredAt }) => user === repair.user && answeredAt <= repair.answeredAt).length,
  };
}

/**
 * The tampering's commit: when its answer was complete. On a busy machine the repair may be on its way by then; what is
 * sure is only that the commit was not before the tampering arrived.
 */
function committedAt(hit: AuditedRequest, repair: AuditedRequest): number {
  return hit.answeredAt < repair.receivedAt ? hit.answeredAt : hit.receivedAt;
}

/** The report of a repair is the last thing written in its namespace. */
function isReport(request: AuditedRequest): boolean {
  return isOperators(request) && request.resource === 'namespacepostures';
}
