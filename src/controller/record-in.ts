import { recordOf } from '../plan/record.ts';
import type { NamespaceReport } from '../status/settle.ts';
import type { UnreportedSlots } from './memory.ts';
import type { ClusterView } from './view.ts';

/** What a report records of its namespace, to be kept while it is not in the cluster; undefined where that is gone. */
export function recordIn(
  { namespace, slots }: NamespaceReport,
  { namespaces }: Pick<ClusterView, 'namespaces'>,
): UnreportedSlots | undefined {
  const uid = namespaces.get('', namespace)?.uid;
  return uid === undefined ? undefined : { uid, record: slots.map(recordOf) };
}
