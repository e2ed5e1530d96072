import { open } from 'node:fs/promises';

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

/**
 * Every request answered so far: an entry is in the file before its answer is out.
 * @param from where in the file to begin, in bytes
 */
export async function readAuditLog(file: string, user?: string, from = 0): Promise<readonly AuditEntry[]> {
  const handle = await open(file);
  try {
    const buffer = Buffer.alloc(Math.max(0, (await handle.stat()).size - from));
    await handle.read({ buffer, position: from });
    const lines = buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'));
    const entries = lines.map((line) => JSON.parse(line) as AuditEntry);
    return user === undefined ? entries : entries.filter((entry) => entry.user.username === user);
  } finally {
    await handle.close();
  }
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
