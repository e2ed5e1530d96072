import { exceptionResource, policyResource, postureResource } from '../api/resources.ts';
import type { KubeClient } from '../kube/client.ts';
import { selectName } from '../kube/initial-list.ts';
import type { KubeObserver, Log } from '../kube/observer.ts';
import { Reflector } from '../kube/reflector.ts';
import { resourceName } from '../kube/resource-path.ts';
import type { Store, Stored } from '../kube/store.ts';
import type { Metrics } from '../metrics.ts';
import { namespaceResource } from '../slots/kube-object.ts';
import type { Resource } from '../slots/kube-object.ts';
import { objectKinds } from '../slots/object-kinds.ts';
import { clusterRoleBindingResource, clusterRoleResource } from './cluster-roles.ts';
import type { ClusterView } from './view.ts';

export interface WatchDeps {
  readonly client: KubeClient;
  readonly observer: KubeObserver;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A reflector, whatever it fills. */
type Watch = Pick<Reflector<Stored>, 'run' | 'synced' | 'hasSynced' | 'state' | 'secondsSinceLastByte'>;

/** One reflector for each kind the view holds. */
export class Watches {
  readonly #reflectors: readonly { readonly resource: string; readonly reflector: Watch }[];

  constructor(view: ClusterView, deps: WatchDeps) {
    const watch = <T extends Stored>(resource: Resource, store: Store<T>, fieldSelector?: string) => ({
      resource: resourceName(resource),
      reflector: new Reflector({ ...deps, resource, store, fieldSelector }),
    });
    this.#reflectors = [
      watch(policyResource, view.policies),
      watch(exceptionResource, view.exceptions),
      watch(postureResource, view.postures),
      watch(namespaceResource, view.namespaces),
      watch(clusterRoleResource, view.clusterRoles),
      watch(clusterRoleBindingResource, view.clusterRoleBindings),
      ...objectKinds.flatMap(({ resource, fields }) => {
        const store = view.objects.get(resource.kind);
        return store === undefined ? [] : [watch(resource, store, selectName(fields?.only))];
      }),
    ];
    for (const { resource, reflector } of this.#reflectors) {
      deps.metrics.watch(resource, () => reflector.secondsSinceLastByte());
    }
  }

  /** Watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map(({ reflector }) => reflector.run(signal)));
  }

  /** Resolves once every store has been filled. */
  async synced(): Promise<void> {
    await Promise.all(this.#reflectors.map(({ reflector }) => reflector.synced));
  }

  /** What is still to be read, one line a kind; empty when all is. */
  waitingFor(): readonly string[] {
    return this.#reflectors
      .filter(({ reflector }) => !reflector.hasSynced())
      .map(({ resource, reflector }) => `${resource}: ${reflector.state()}`);
  }
}
