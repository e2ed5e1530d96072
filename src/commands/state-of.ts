import type { ClusterState } from './cluster-state.ts';
import type { PlanningFlags, SourceFlags } from './common-flags.ts';
import { toldAssumptions } from './platform-file.ts';
import { stateFromCluster } from './state-from-cluster.ts';
import { stateFromManifests } from './state-from-manifests.ts';

/**
 * Reads the cluster from where the flags say, and tells what was read and what had to be assumed.
 * @param only the one namespace that is of interest; all where none is named
 */
export async function stateOf(
  flags: SourceFlags & PlanningFlags,
  err: (text: string) => void,
  only?: string,
): Promise<ClusterState> {
  const { manifests } = flags;
  const state = await (manifests === undefined ? stateFromCluster(flags, only) : stateFromManifests(manifests, flags));
  const { namespaces, policies } = state.view;
  const read = `read ${state.source}; namespaces: ${namespaces.size}, policies: ${policies.size}`;
  for (const line of [read, ...toldAssumptions(state.platform)]) err(`parapet: ${line}\n`);
  return state;
}
