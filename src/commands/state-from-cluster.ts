import { API_GROUP } from '../api/resources.ts';
import { clusterRoleBindingResource, clusterRoleResource } from '../controller/cluster-roles.ts';
import { createView } from '../controller/view.ts';
import { ApiError } from '../errors.ts';
import { createClient } from '../kube/client.ts';
import type { KubeClient } from '../kube/client.ts';
import { listAll, selectName } from '../kube/initial-list.ts';
import type { Selection } from '../kube/initial-list.ts';
import { loadKubeConfig } from '../kube/kubeconfig.ts';
import { Platform } from '../kube/platform.ts';
import { resourceName } from '../kube/resource-path.ts';
import { asList, asObject } from '../slots/canonical.ts';
import { namespaceResource } from '../slots/kube-object.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';
import { fill, storesOf } from './cluster-state.ts';
import type { ClusterState } from './cluster-state.ts';
import type { PlanningFlags, SourceFlags } from './common-flags.ts';
import type { KnownPlatform } from './known-platform.ts';
import { toldPlatform } from './platform-flags.ts';
import { notEvaluated } from './not-evaluated.ts';
import { version } from './version.ts';

/** Without them it stays unknown what a binding grants; whoever administers a namespace may not read them. */
const CLUSTER_WIDE: ReadonlySet<Resource> = new Set([clusterRoleResource, clusterRoleBindingResource]);

/**
 * A cluster as its API server tells it, to whoever the kubeconfig says. Nothing is written, whatever happens.
 * @param only the one namespace to read; all where none is named
 */
export async function stateFromCluster(flags: SourceFlags & PlanningFlags, only?: string): Promise<ClusterState> {
  const source = { file: flags.kubeconfig, context: flags.context };
  const context = loadKubeConfig(source).getCurrentContext();
  const client = createClient({ load: () => loadKubeConfig(source), version, mayWrite: () => false });
  const done = new AbortController();
  try {
    const told = await toldPlatform(flags);
    const view = createView();
    const unreadable: string[] = [];
    const [platform, groups] = await Promise.all([
      detected(client, told, done.signal),
      servedGroups(client),
      ...storesOf(view).map(async ({ resource, store, name }) => {
        const objects = await listed(client, selection(resource, name, only), done.signal);
        if (objects === undefined) unreadable.push(resourceName(resource));
        else fill(store, objects);
      }),
    ]);
    return {
      view,
      platform,
      now: Date.now(),
      notEvaluated: notEvaluated(groups),
      unreadable: unreadable.toSorted(),
      source: `the cluster of context "${context}"`,
    };
  } finally {
    done.abort();
    await client.close();
  }
}

/** Objects of a kind, of one name where one is named, and in the one namespace where there is one. */
function selection(resource: Resource, name: string | undefined, only: string | undefined): Selection {
  if (resource === namespaceResource) return { resource, fieldSelector: selectName(only) };
  const fieldSelector = selectName(name);
  return resource.namespaced ? { resource, namespace: only, fieldSelector } : { resource, fieldSelector };
}

/** The API groups a cluster serves; none where it won't say. */
async function servedGroups(client: KubeClient): Promise<readonly string[]> {
  const { status, body } = await client.request({ method: 'GET', path: '/apis' });
  if (status !== 200) return [];
  return asList(asObject(body)['groups']).flatMap((group) => {
    const { name } = asObject(group);
    return typeof name === 'string' ? [name] : [];
  });
}

/**
 * A cluster that has never heard of Parapet has none of its objects.
 * @returns undefined for what whoever asks may not read and a plan can do without
 */
async function listed(
  client: KubeClient,
  selected: Selection,
  signal: AbortSignal,
): Promise<readonly KubeObject[] | undefined> {
  const { resource } = selected;
  const objects: KubeObject[] = [];
  try {
    await listAll(client, selected, (object) => objects.push(object), signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403 && CLUSTER_WIDE.has(resource)) return undefined;
    if (error.status !== 404 || resource.group !== API_GROUP) {
      throw new Error(`cannot list ${resourceName(resource)}: ${error.message}`, { cause: error });
    }
  }
  return objects;
}

/** As the operator finds them at its start; what the flags tell counts more. */
async function detected(client: KubeClient, told: Partial<PlatformFacts>, signal: AbortSignal): Promise<KnownPlatform> {
  const looking = new AbortController();
  const platform = new Platform({ client, told, onChange: () => {} });
  const running = platform.run(AbortSignal.any([looking.signal, signal]));
  await platform.ready;
  const known = { facts: platform.facts(), assumed: platform.unknown() };
  looking.abort();
  await running;
  return known;
}
