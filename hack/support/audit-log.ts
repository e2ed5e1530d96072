import { readFrom } from './read-from.ts';

/** One answered request, as the API server's audit log has it. */
export interface AuditEntry {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** `authorization.k8s.io/decision` among them: allow or forbid. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/**
 * Every request answered so far: an entry is in the file before its answer is out.
 * @param from where in the file to begin, in bytes
 */
export async function readAuditLog(file: string, user?: string, from = 0): Promise<readonly AuditEntry[]> {
  const { text } = await readFrom(file, from);
  const lines = text.split('\n').filter((line) => line.endsWith('}')); // the last may still be being written
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
  return user === undefined ? entries : entries.filter((entry) => entry.user.username === user);
}

/**
 * Whether the request changes something, if it is granted. A SelfSubjectReview is POSTed, but nothing is stored, and a dry
 * run only asks.
 */
export function isWrite({
  verb,
  objectRef,
  requestURI,
}: Pick<AuditEntry, 'verb' | 'objectRef' | 'requestURI'>): boolean {
  return WRITES.has(verb) && objectRef?.resource !== 'selfsubjectreviews' && !requestURI.includes('dryRun=All');
}

/** The requests that change something; renewals of leases and Events left out. */
export function writesOf(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  return entries.filter(
    (entry) => isWrite(entry) && entry.objectRef?.resource !== 'leases' && entry.objectRef?.resource !== 'events',
  );
}

/** `patch networkpolicies team-a/parapet-default-deny`. */
export function spelled({ verb, objectRef = {} }: AuditEntry): string {
  const { resource = '', subresource, namespace = '', name = '' } = objectRef;
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${namespace}/${name}`;
}
