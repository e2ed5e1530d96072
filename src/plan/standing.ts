import type { Policy } from '../api/policy.ts';
import { awaitsFinalizer, cleansUp } from './deletion.ts';
import { selects } from './selection.ts';
import type { NamespaceSnapshot } from './snapshot.ts';

/**
 * Where a policy stands towards one namespace.
 *
 * - `claims`: valid, unsuspended Enforce and selecting: what it asks for is written.
 * - `audits`: readable, selecting, but only reported on (Audit, or suspended).
 * - `frozen`: suspended, undecodable, Audit, or selecting without its finalizer: what it still holds is neither changed
 *   nor pruned.
 * - `departed`: gone, being deleted, or no longer selecting: what it left behind is Orphaned.
 * - `leaving`: the same with `deletionPolicy: Delete`, or released: what it alone holds is pruned.
 */
export interface Standings {
  readonly claims: readonly Policy[];
  readonly audits: readonly Policy[];
  readonly matched: readonly string[];
  /** Of the whole cluster, those being deleted that take along what they hold; sorted. */
  readonly cleaning: readonly string[];
  /** How the named policy stands towards what it holds of one spec field. */
  hold(policy: string, field: string): Hold;
  /** Objects that nobody is known to hold are to go. */
  readonly releasesUnknown: boolean;
}

export type Hold = 'claims' | 'frozen' | 'departed' | 'leaving';

/** Sorts the cluster's policies by how they stand towards one namespace. */
export function standings({
  policies,
  namespace,
  protectedNamespaces: protectedGlobs,
  releasing,
}: Pick<NamespaceSnapshot, 'policies' | 'namespace' | 'protectedNamespaces' | 'releasing'>): Standings {
  const departed = (name: string): Hold =>
    releasing !== undefined && (releasing.policy ?? name) === name ? 'leaving' : 'departed';
  const byName = new Map(policies.map((policy) => [policy.name, policy]));
  const present = policies
    .filter((policy) => policy.decodable && !policy.deleting && selects(policy, namespace, protectedGlobs))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const selecting = present.filter((policy) => !awaitsFinalizer(policy));
  const claims = selecting.filter(writes);
  const claiming = new Set(claims.map((policy) => policy.name));
  const waiting = new Set(present.filter(awaitsFinalizer).map((policy) => policy.name));

  return {
    claims,
    audits: selecting.filter((policy) => !writes(policy)),
    matched: selecting.map((policy) => policy.name),
    cleaning: policies.flatMap((policy) => (cleansUp(policy) ? [policy.name] : [])).toSorted(),
    hold(name, field) {
      const policy = byName.get(name);
      if (policy === undefined) return departed(name);
      if (policy.deleting) return cleansUp(policy) ? 'leaving' : departed(name);
      if (!policy.decodable || !writes(policy) || policy.invalidFields.includes(field)) return 'frozen';
      if (claiming.has(name)) return 'claims';
      if (waiting.has(name)) return 'frozen';
      return policy.deletionPolicy === 'Delete' ? 'leaving' : departed(name);
    },
    releasesUnknown: releasing !== undefined && releasing.policy === undefined,
  };
}

function writes(policy: Policy): boolean {
  return policy.mode === 'Enforce' && !policy.suspend;
}
