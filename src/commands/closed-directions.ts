import type { LiveObject } from '../plan/snapshot.ts';
import { asList, asObject } from '../slots/canonical.ts';

/**
 * The directions in which our policies isolate every pod of a namespace: a NetworkPolicy isolates what it selects in
 * its policyTypes, and an empty podSelector selects all.
 */
export function closedDirections(live: readonly LiveObject[]): readonly string[] {
  const isolating = live
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ content }) => asObject(content['spec']))
    .filter(({ podSelector }) => Object.keys(asObject(podSelector)).length === 0);
  const directions = isolating.flatMap(({ policyTypes }) => asList(policyTypes));
  return [...new Set(directions.map(String))].toSorted();
}
