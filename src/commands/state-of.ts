import type { Policy } from '../api/policy.ts';
import type { ClusterState } from './cluster-state.ts';
import type { PlanningFlags, SourceFlags } from './common-flags.ts';
import { toldAssumptions } from './known-platform.ts';
import { stateFromCluster } from './state-from-cluster.ts';
import { stateFromManifests } from './state-from-manifests.ts';

/** What of the cluster is of interest. */
export interface Interest {
  /** The one namespace; all where none is named. */
  readonly only?: string;
  /** Policies beside the cluster's own, which assumptions may matter to. */
  readonly written?: readonly Policy[];
}

/** Reads the cluster from where the flags say, and tells what was read and what had to be assumed. */
export async function stateOf(
  flags: SourceFlags & PlanningFlags,
  err: (text: string) => void,
  { only, written = [] }: Interest = {},
): Promise<ClusterState> {
  const { manifests } = flags;
  const state = await (manifests === undefined ? stateFromCluster(flags, only) : stateFromManifests(manifests, flags));
  const { namespaces, policies } = state.view;
  const read = `read ${state.source}; namespaces: ${namespaces.size}, policies: ${policies.size}`;
  const planned = [...policies.list('').map(({ policy }) => policy), ...written];
  const unread = state.unreadable.map((kind) => `you may not list ${kind}: what bindings grant by them stays unknown`);
  for (const line of [read, ...unread, ...toldAssumptions(state.platform, planned)]) err(`parapet: ${line}\n`);
  return state;
}
