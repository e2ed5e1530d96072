/** A request as the audit log tells of it. Times are milliseconds since the epoch, with microseconds behind the point. */
export interface AuditedRequest {
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

interface AuditLine {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username?: string };
  readonly objectRef?: Partial<Record<'resource' | 'subresource' | 'namespace' | 'name', string>>;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

const MUTATING: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** One line of the log; undefined for reads, other stages, and a line that is still being written. */
export function parseAuditLine(line: string): AuditedRequest | undefined {
  const mutating = /"verb":"(\w+)"/.exec(line)?.[1] ?? '';
  if (!MUTATING.has(mutating) || !line.endsWith('}')) return undefined;
  const parsed = JSON.parse(line) as AuditLine;
  return parsed.stage === 'ResponseComplete' ? auditedRequest(parsed) : undefined;
}

function auditedRequest({ verb, user, objectRef, responseStatus, ...times }: AuditLine): AuditedRequest {
  return {
    verb,
    resource: '',
    subresource: '',
    namespace: '',
    name: '',
    ...objectRef,
    user: user.username ?? '',
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
