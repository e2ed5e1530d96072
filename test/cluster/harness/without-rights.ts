import { readAuditLog, spelled } from '../../../hack/support/audit-log.ts';
import type { AuditEntry } from '../../../hack/support/audit-log.ts';
import { OPERATOR_USER } from '../../../hack/support/operator-kubeconfig.ts';
import { version } from '../../../src/commands/version.ts';
import type { ApiClient, ObjectRef } from './api-client.ts';
import { grantableRights, grantedRights, rightFor } from './rights.ts';
import type { Right, Rule } from './rights.ts';

/** What a test took from the operator on purpose, and when, in milliseconds of the wall clock. */
interface Taking {
  readonly taken: readonly Right[];
  readonly from: number;
  to: number;
}

// The API server looks at what was put back a moment later.
const SETTLES_MS = 2_000;
const takings: Taking[] = [];

/** Does something while the API server grants the operator all rights but these; puts them back. */
export async function without<T>(admin: ApiClient, taken: readonly Right[], action: () => Promise<T>): Promise<T> {
  const roles = [...new Set(taken.map(({ role }) => role))];
  const all = [...grantedRights, ...grantableRights];
  const rest = all.filter((right) => !taken.includes(right));
  const taking = { taken, from: Date.now(), to: Number.POSITIVE_INFINITY };
  takings.push(taking);
  try {
    for (const role of roles) await grant(admin, role, rest);
    return await action();
  } finally {
    for (const role of roles) await grant(admin, role, all);
    taking.to = Date.now() + SETTLES_MS;
  }
}

/**
 * What the operator asked for in vain although nobody had taken the right to it: a permission that config/rbac lacks.
 * Where the API server grants the request and then refuses a Role for what it holds, that is the ceiling's matter. One
 * that has only just started knows of no rights at all until it has read them.
 *
 * @param restarts when the API server was told to start anew, in milliseconds of the wall clock
 */
export async function unexpectedRefusals(auditLog: string, restarts: readonly number[]): Promise<readonly string[]> {
  const entries = (await readAuditLog(auditLog, OPERATOR_USER)).filter(isOperators);
  const starts = restarts.map((from) => ({ from, to: firstGrantedAt(entries, from) + SETTLES_MS }));
  const isAtStart = ({ at }: Timed): boolean => starts.some(({ from, to }) => at >= from && at <= to);
  const refused = entries.map(timed).filter(({ entry }) => isForbidden(entry) && !isOnPurpose(entry));
  return [...new Set(refused.filter((each) => !isAtStart(each)).map(({ entry }) => spelled(entry)))];
}

interface Timed {
  readonly entry: AuditEntry;
  readonly at: number;
}

function timed(entry: AuditEntry): Timed {
  return { entry, at: Date.parse(entry.requestReceivedTimestamp) };
}

function firstGrantedAt(entries: readonly AuditEntry[], from: number): number {
  const granted = entries.map(timed).filter(({ entry, at }) => at >= from && !isForbidden(entry));
  return Math.min(...granted.map(({ at }) => at));
}

/** A test may act as its ServiceAccount as well. */
function isOperators({ userAgent }: AuditEntry): boolean {
  return userAgent === `parapet/${version}`;
}

function isForbidden({ annotations = {} }: AuditEntry): boolean {
  return annotations['authorization.k8s.io/decision'] === 'forbid';
}

function isOnPurpose(entry: AuditEntry): boolean {
  const right = rightFor(entry);
  const { at } = timed(entry);
  return takings.some(({ taken, from, to }) => right !== undefined && taken.includes(right) && at >= from && at <= to);
}

async function grant(admin: ApiClient, role: ObjectRef, rights: readonly Right[]): Promise<void> {
  await admin.patch(role, { rules: rights.filter((right) => right.role === role).map(ruleOf) });
}

function ruleOf({ group, resource, verb, name }: Right): Rule {
  const rule = { apiGroups: [group], resources: [resource], verbs: [verb] };
  return name === undefined ? rule : { ...rule, resourceNames: [name] };
}
