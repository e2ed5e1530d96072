import { readAuditLog, spelled } from '../support/audit-log.ts';
import type { Api } from './api.ts';
import type { Incident } from './incidents.ts';
import { kindNamed } from './kinds.ts';

/** What is known of an object that was missed: who did what to it, and what its namespace's report says. */
export interface Evidence extends Incident {
  /** Of the API server's audit log, oldest first. */
  readonly history: readonly string[];
  /** The entry of the report; undefined where it has none. */
  readonly report: unknown;
}

interface Report {
  readonly slots?: readonly { readonly slot: string }[];
}

/** Gathers it while everything still runs. */
export async function evidence(
  api: Api,
  auditLog: string,
  incidents: readonly Incident[],
): Promise<readonly Evidence[]> {
  if (incidents.length === 0) return [];
  const entries = await readAuditLog(auditLog);
  return Promise.all(
    incidents.map(async (incident) => {
      const { kind, namespace, name } = incident;
      const ofObject = entries.filter(
        ({ verb, objectRef = {} }) =>
          verb !== 'get' && objectRef.resource === kindNamed(kind).plural && concerns(objectRef, namespace, name),
      );
      const history = ofObject.map(
        (entry) =>
          `${entry.stageTimestamp} ${entry.user.username} ${spelled(entry)} ${entry.responseStatus?.code ?? ''}`,
      );
      const path = `/apis/parapet.dev/v1alpha1/namespaces/${namespace}/namespacepostures/parapet`;
      const { body } = await api.call<Report>('GET', path);
      const report = body.slots?.find(({ slot }) => slot.startsWith(`${kind}/`) && slot.endsWith(name));
      return { ...incident, history, report };
    }),
  );
}

/** Of a namespace itself, and of everything in it, `namespace` is the namespace. */
function concerns(
  ref: { readonly namespace?: string; readonly name?: string },
  namespace: string,
  name: string,
): boolean {
  if (name === '') return ref.name === namespace;
  // A POST's name is in its body: the log has it where the object was created.
  return ref.namespace === namespace && ref.name === name;
}
