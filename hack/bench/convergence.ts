import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { call } from '../support/admin.ts';
import { OPERATOR_USER } from '../support/operator-kubeconfig.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { inProject } from '../support/paths.ts';
import { until } from '../support/until.ts';
import type { AuditedWrite } from './audited-write.ts';
import { KEPT_KINDS } from './left-behind.ts';
import { childrenCpuMs, processFigures } from './process-figures.ts';
import type { World } from './world.ts';

const POLICIES = '/apis/parapet.dev/v1alpha1/clustersecuritypolicies';
const KEPT: ReadonlySet<string> = new Set(KEPT_KINDS.map(({ plural }) => plural));

export interface Convergence {
  /** From the policy's commit to that of the last object it asks for, from the audit log. */
  readonly ms: number;
  readonly objects: number;
  /** CPU time of the operator. */
  readonly operatorCpuMs: number;
  /** CPU time of the operator and the control plane. */
  readonly cpuMs: number;
  readonly writes: number;
  readonly statusWrites: number;
}

/** Lets the operator bring every namespace to the sample policy; resolves when the policy says so. */
export async function converge(world: World, operator: OperatorProcess): Promise<Convergence> {
  const { admin, audit, namespaces, controlPlane } = world;
  const body: unknown = parse(await readFile(inProject('config/samples/baseline.yaml'), 'utf8'));
  const before = await processFigures(operator.pid);
  const serverBefore = await childrenCpuMs(controlPlane.pid);
  await call(admin, { method: 'POST', path: POLICIES, body });
  const all = `${namespaces.length}/${namespaces.length}`;
  await until(`${all} namespaces compliant`, () => isSettled(admin, all), { deadlineMs: 600_000, everyMs: 200 });
  const operatorCpuMs = (await processFigures(operator.pid)).cpuMs - before.cpuMs;
  const serverCpuMs = (await childrenCpuMs(controlPlane.pid)) - serverBefore;
  const writes = await audit.read();
  const created = writes.findLast(({ verb, resource }) => verb === 'create' && resource === 'clustersecuritypolicies');
  const ours = writes.filter((write) => isOperators(write) && write.answeredAt > (created?.answeredAt ?? 0));
  const kept = ours.filter(({ resource }) => KEPT.has(resource));
  return {
    ms: Math.max(...kept.map(({ answeredAt }) => answeredAt)) - (created?.answeredAt ?? Number.NaN),
    objects: kept.length,
    operatorCpuMs,
    cpuMs: operatorCpuMs + serverCpuMs,
    writes: ours.length,
    statusWrites: ours.filter(({ subresource }) => subresource === 'status').length,
  };
}

/** A committed write of the operator's, renewals of its Lease left out. */
export function isOperators({ user, resource, code }: AuditedWrite): boolean {
  return user === OPERATOR_USER && resource !== 'leases' && code < 300;
}

async function isSettled(admin: World['admin'], summary: string): Promise<boolean> {
  const policy = await call<{ metadata: { generation: number }; status?: PolicyStatus }>(admin, {
    method: 'GET',
    path: `${POLICIES}/baseline`,
  });
  const { conditions = [], namespaces, observedGeneration } = policy.status ?? {};
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready && observedGeneration === policy.metadata.generation && namespaces?.summary === summary;
}
