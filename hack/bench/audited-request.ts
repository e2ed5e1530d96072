import { isWrite } from '../support/audit-log.ts';
import type { AuditEntry } from '../support/audit-log.ts';
import { OPERATOR_USER } from '../support/operator-kubeconfig.ts';

/** An answered request as the audit log tells of it. Times are milliseconds since the epoch, with microseconds behind the point. */
export interface AuditedRequest {
  readonly verb: string;
  readonly user: string;
  readonly uri: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  /** Whether it changes something, if it is granted. */
  readonly writes: boolean;
  readonly receivedAt: number;
  /** When the answer was complete: the commit, as seen from outside. */
  readonly answeredAt: number;
}

/**
 * One line of the log: of anybody's writes, and of all that the operator asks. Undefined for the rest, which is most, and
 * is told apart unparsed.
 */
export function auditedRequest(line: string): AuditedRequest | undefined {
  const verb = /"verb":"(\w+)"/.exec(line)?.[1] ?? '';
  if (!isWrite({ verb, requestURI: '' }) && !line.includes(OPERATOR_USER)) return undefined;
  const parsed = JSON.parse(line) as AuditEntry;
  return parsed.stage === 'ResponseComplete' ? flattened(parsed) : undefined;
}

/** A committed write of the operator's, renewals of its Lease left out. */
export function isOperators({ user, resource, code, writes }: AuditedRequest): boolean {
  return writes && user === OPERATOR_USER && resource !== 'leases' && code < 300;
}

/** Whether it is about this one object. */
export function concerns(request: AuditedRequest, { resource, namespace, name }: ObjectOf): boolean {
  return request.resource === resource.plural && request.namespace === namespace && request.name === name;
}

interface ObjectOf {
  readonly resource: { readonly plural: string };
  readonly namespace: string;
  readonly name: string;
}

function flattened(entry: AuditEntry): AuditedRequest {
  return {
    verb: entry.verb,
    uri: entry.requestURI,
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    ...entry.objectRef,
    user: entry.user.username,
    code: entry.responseStatus?.code ?? 0,
    writes: isWrite(entry),
    receivedAt: microTime(entry.requestReceivedTimestamp),
    answeredAt: microTime(entry.stageTimestamp),
  };
}

/** RFC 3339 with microseconds, which Date would drop. */
function microTime(text: string): number {
  const [, seconds = '', fraction = '0'] = /^(.*?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}
