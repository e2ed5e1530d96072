import { exceptionResource, policyResource, postureResource } from '../api/resources.ts';
import { clusterRoleBindingResource, clusterRoleResource } from '../controller/cluster-roles.ts';
import { gather } from '../controller/view.ts';
import type { ClusterView } from '../controller/view.ts';
import type { Store, Stored } from '../kube/store.ts';
import { asFinalized } from '../plan/deletion.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import { parseDuration } from '../semantics/duration.ts';
import { namespaceResource } from '../slots/kube-object.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { objectKinds } from '../slots/object-kinds.ts';
import type { PlanningFlags } from './common-flags.ts';
import type { KnownPlatform } from './known-platform.ts';
import { protectedBy } from './protected-namespaces.ts';

/** A cluster as it was read once, from files or from its API server: what the operator's stores would hold. */
export interface ClusterState {
  readonly view: ClusterView;
  readonly platform: KnownPlatform;
  /** Kinds of policies beside NetworkPolicy that the cluster serves and nothing here evaluates. */
  readonly notEvaluated: readonly string[];
  /** Kinds that whoever asked may not read. */
  readonly unreadable: readonly string[];
  /** When it was read, in milliseconds since 1970. */
  readonly now: number;
  /** Where it was read, for people. */
  readonly source: string;
}

interface StoreOf {
  readonly resource: Resource;
  readonly store: Pick<Store<Stored>, 'ingest'>;
  /** The one name that is of interest; all where there is none. */
  readonly name?: string | undefined;
}

/** The kinds a plan depends on, each with the store that takes its objects. */
export function storesOf(view: ClusterView): readonly StoreOf[] {
  return [
    { resource: policyResource, store: view.policies },
    { resource: exceptionResource, store: view.exceptions },
    { resource: postureResource, store: view.postures },
    { resource: namespaceResource, store: view.namespaces },
    { resource: clusterRoleResource, store: view.clusterRoles },
    { resource: clusterRoleBindingResource, store: view.clusterRoleBindings },
    ...objectKinds.flatMap(({ resource, fields }) => {
      const store = view.objects.get(resource.kind);
      return store === undefined ? [] : [{ resource, store, name: fields?.only }];
    }),
  ];
}

/** Puts objects into a store, as the first list of a watch would. */
export function fill(store: Pick<Store<Stored>, 'ingest'>, objects: Iterable<KubeObject>): void {
  for (const object of objects) store.ingest(object, { initial: true, receivedAt: 0 });
}

/** Every namespace as the operator would gather it right after a start, its policies admitted; by name. */
export function snapshotsOf({ view, platform, now }: ClusterState, flags: PlanningFlags): readonly NamespaceSnapshot[] {
  const options = {
    platform: platform.facts,
    protectedNamespaces: protectedBy(flags.protectedNamespaces),
    lastWritten: new Map<string, number>(),
    unreported: undefined,
    now,
    maxExceptionMs: parseDuration(flags.maxExceptionDuration) ?? 0,
  };
  return view.namespaces
    .list('')
    .map(({ name }) => name)
    .toSorted()
    .flatMap((name) => gather(view, name, options) ?? [])
    .map((snapshot) => ({ ...snapshot, policies: snapshot.policies.map(asFinalized) }));
}
