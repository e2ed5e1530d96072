import { isWrite } from '../support/audit-log.ts';
import type { AuditEntry } from '../support/audit-log.ts';

/** A mutating request as the audit log tells of it. Times are milliseconds since the epoch, with microseconds behind the point. */
export interface AuditedWrite {
  readonly verb: string;
  readonly user: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
  readonly receivedAt: number;
  /** When the answer was complete: the commit, as seen from outside. */
  readonly answeredAt: number;
}

/** One line of the log; undefined for reads and other stages. Reads, which are most, are told apart unparsed. */
export function auditedWrite(line: string): AuditedWrite | undefined {
  const verb = /"verb":"(\w+)"/.exec(line)?.[1] ?? '';
  if (!isWrite({ verb, requestURI: '' })) return undefined;
  const parsed = JSON.parse(line) as AuditEntry;
  return parsed.stage === 'ResponseComplete' && isWrite(parsed) ? flattened(parsed) : undefined;
}

function flattened({ verb, user, objectRef, responseStatus, ...times }: AuditEntry): AuditedWrite {
  return {
    verb,
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    ...objectRef,
    user: user.username,
    code: responseStatus?.code ?? 0,
    receivedAt: microTime(times.requestReceivedTimestamp),
    answeredAt: microTime(times.stageTimestamp),
  };
}

/** RFC 3339 with microseconds, which Date would drop. */
function microTime(text: string): number {
  const [, seconds = '', fraction = '0'] = /^(.*?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}
