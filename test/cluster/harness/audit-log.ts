import { readFile } from 'node:fs/promises';

/** One answered request. */
export interface AuditEntry {
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
  readonly requestReceivedTimestamp: string;
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Every request answered so far: an entry is in the file before its answer is out. */
export async function readAuditLog(file: string, user?: string): Promise<readonly AuditEntry[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
  return user === undefined ? entries : entries.filter((entry) => entry.user.username === user);
}

/** Whether the request changes something, if it is granted. */
export function isWrite({ verb }: AuditEntry): boolean {
  return WRITES.has(verb);
}

/** The requests that change something; renewals of leases and Events left out. */
export function writesOf(entries: readonly AuditEntry[]): readonly AuditEntry[] {
  return entries.filter(
    ({ verb, objectRef }) => WRITES.has(verb) && objectRef?.resource !== 'leases' && objectRef?.resource !== 'events',
  );
}

/** `patch networkpolicies team-a/parapet-default-deny`. */
export function spelled({ verb, objectRef = {} }: AuditEntry): string {
  const { resource = '', subresource, namespace = '', name = '' } = objectRef;
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`} ${namespace}/${name}`;
}
