import { createView } from '../controller/view.ts';
import type { ClusterView } from '../controller/view.ts';
import { spelledPosition } from '../manifests/manifest.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { readManifests } from '../manifests/read-manifests.ts';
import { apiVersionOf, namespaceResource } from '../slots/kube-object.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { objectKinds } from '../slots/object-kinds.ts';
import { fill, storesOf } from './cluster-state.ts';
import type { ClusterState } from './cluster-state.ts';
import type { PlanningFlags } from './common-flags.ts';
import { groupOf, isOf, refuseTwins } from './manifest-kinds.ts';
import { withNameLabel } from './namespace-of.ts';
import { platformOf } from './known-platform.ts';
import { notEvaluated } from './not-evaluated.ts';

/**
 * A cluster as manifests describe it; kinds that a plan doesn't read are passed over. Its policies may be invalid, as a
 * cluster's may: the files that mend them are to be planned as well.
 */
export async function stateFromManifests(paths: readonly string[], flags: PlanningFlags): Promise<ClusterState> {
  const manifests = await readManifests(paths);
  const view = createView();
  for (const { resource, store } of storesOf(view)) {
    const own = manifests.filter(({ object }) => isOf(object, resource));
    const named = own.map((manifest) => ({ ...manifest, object: asServed(manifest, resource) }));
    refuseTwins(named);
    fill(
      store,
      named.map(({ object }) => object),
    );
  }
  fillUntouched(view);
  const groups = manifests.map(({ object }) => groupOf(object));
  return {
    view,
    platform: await platformOf(flags),
    now: Date.now(),
    notEvaluated: notEvaluated(groups),
    unreadable: [],
    source: `the files of ${paths.join(', ')}`,
  };
}

/** What kube-controller-manager puts into every namespace, and manifests seldom hold. */
function fillUntouched(view: ClusterView): void {
  for (const { resource, fields } of objectKinds) {
    const store = view.objects.get(resource.kind);
    if (store === undefined || fields?.only === undefined) continue;
    const name = fields.only;
    const lacking = view.namespaces.list('').filter((namespace) => store.get(namespace.name, name) === undefined);
    const metadata = lacking.map((namespace) => ({
      name,
      namespace: namespace.name,
      uid: `${namespace.name}/${name}`,
    }));
    fill(
      store,
      metadata.map((each) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: each })),
    );
  }
}

/** What the API server adds: a namespace, a uid, the label that names a namespace. */
function asServed(manifest: Manifest, resource: Resource): KubeObject {
  const { object } = manifest;
  const place = spelledPosition(manifest);
  const metadata = { uid: place, ...(resource.namespaced ? { namespace: 'default' } : {}), ...object.metadata };
  const served = { ...object, metadata };
  return resource === namespaceResource ? withNameLabel(served) : served;
}
