import type { EventRecorder } from '../kube/events.ts';
import type { Log } from '../kube/observer.ts';
import type { StoreEvent } from '../kube/store.ts';
import type { Metrics } from '../metrics.ts';
import { clusterGrants } from '../plan/cluster-grants.ts';
import type { ClusterGrant } from '../plan/cluster-grants.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import { clusterRoleBindingResource } from './cluster-roles.ts';
import { clusterRolesOf } from './view.ts';
import type { ClusterView } from './view.ts';

export interface ClusterGrantWatchDeps {
  readonly view: ClusterView;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'setClusterGrants'>;
  readonly events: Pick<EventRecorder, 'record'>;
}

/**
 * Tells of ClusterRoleBindings that grant too much in every namespace: once each, in the log and the metrics, and where one
 * appears while the process works, as an Event on it.
 */
export class ClusterGrantWatch {
  readonly #deps: ClusterGrantWatchDeps;
  /** By binding; undefined as long as nobody has asked: whoever stands by tells nothing. */
  #known: ReadonlyMap<string, ClusterGrant> | undefined;

  constructor(deps: ClusterGrantWatchDeps) {
    this.#deps = deps;
    const changed = ({ initial }: Pick<StoreEvent<unknown>, 'initial'>): void => {
      if (!initial && this.#known !== undefined) this.#look();
    };
    deps.view.clusterRoleBindings.subscribe(changed);
    deps.view.clusterRoles.subscribe(changed);
  }

  /** Begins, with what there is by now. */
  begin(): void {
    this.#look();
  }

  #look(): void {
    const { view, metrics, log } = this.#deps;
    const found = clusterGrants(view.clusterRoleBindings.list(''), clusterRolesOf(view));
    const before = this.#known;
    for (const grant of found) {
      if (before?.get(grant.binding)?.reason !== grant.reason) this.#tell(grant, before === undefined);
    }
    const now = new Map(found.map((grant) => [grant.binding, grant]));
    for (const { binding } of before?.values() ?? []) {
      if (!now.has(binding)) log.info('cluster-wide grant ended', { object: `ClusterRoleBinding/${binding}` });
    }
    const byReason = Map.groupBy(found, ({ reason }) => reason);
    metrics.setClusterGrants(new Map([...byReason].map(([reason, grants]) => [reason, grants.length])));
    this.#known = now;
  }

  #tell({ binding, uid, reason, message }: ClusterGrant, atStart: boolean): void {
    const { log, events } = this.#deps;
    log.warn('cluster-wide grant found', { object: `ClusterRoleBinding/${binding}`, reason, detail: message });
    if (atStart) return;
    const { kind } = clusterRoleBindingResource;
    const regarding = { apiVersion: apiVersionOf(clusterRoleBindingResource), kind, name: binding, uid };
    events.record({ regarding, type: 'Warning', reason, message });
  }
}
