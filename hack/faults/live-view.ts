import { policyResource, postureResource } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import { Store } from '../../src/kube/store.ts';
import type { Stored, StoreTransform } from '../../src/kube/store.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { isSlotObject, objectKinds } from '../../src/slots/object-kinds.ts';
import { call } from '../support/admin.ts';
import type { World } from './world.ts';

/** Everything Parapet writes, reports included. */
const RESOURCES: readonly Resource[] = [
  ...objectKinds.map(({ resource }) => resource),
  postureResource,
  policyResource,
];

interface Whole extends Stored {
  readonly object: KubeObject;
}

/**
 * What worlds hold, as an admin sees it: by watches of its own that go past the proxy, in order to know when it is worth
 * looking; and by plain lists for the verdict, which owe nothing to any cache.
 */
export class LiveView {
  readonly #admin: KubeClient;
  readonly #stores: ReadonlyMap<Resource, Store<Whole>>;
  readonly #stopping = new AbortController();
  readonly #running: Promise<unknown>;
  /** Resolves when every watch has told all there is. */
  readonly synced: Promise<unknown>;

  constructor(admin: KubeClient) {
    this.#admin = admin;
    this.#stores = new Map(RESOURCES.map((resource) => [resource, new Store(whole(resource))]));
    const reflectors = [...this.#stores].map(([resource, store]) => new Reflector({ client: admin, store, resource }));
    this.#running = Promise.all(reflectors.map((reflector) => reflector.run(this.#stopping.signal)));
    this.synced = Promise.all(reflectors.map(({ synced }) => synced));
  }

  /** The world's objects of these kinds, as of late. */
  objectsOf(world: World): readonly KubeObject[] {
    return [...this.#stores].flatMap(([resource, store]) => {
      if (resource.namespaced) return store.list(world.namespace).map(({ object }) => object);
      return store.get('', ownName(resource, world))?.object ?? [];
    });
  }

  get(resource: Resource, { namespace }: World, name: string): KubeObject | undefined {
    return this.#stores.get(resource)?.get(resource.namespaced ? namespace : '', name)?.object;
  }

  /** The same, asked of the API server now. */
  async listed(world: World): Promise<readonly KubeObject[]> {
    const all = await Promise.all(RESOURCES.map((resource) => this.#list(resource, world)));
    return all.flat().filter(({ kind, metadata }) => isOfInterest(kind, metadata.name));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #list(resource: Resource, world: World): Promise<readonly KubeObject[]> {
    if (!resource.namespaced) {
      const path = objectPath(resource, '', ownName(resource, world));
      const { status, body } = await this.#admin.request({ method: 'GET', path });
      return status === 404 ? [] : [body as KubeObject];
    }
    const path = collectionPath(resource, world.namespace);
    const { items } = await call<{ readonly items: readonly KubeObject[] }>(this.#admin, { method: 'GET', path });
    return items.map((item) => ({ ...item, apiVersion: apiVersionOf(resource), kind: resource.kind }));
  }
}

function ownName(resource: Resource, { namespace, policy }: World): string {
  return resource === policyResource ? policy : namespace;
}

function isOfInterest(kind: string, name: string): boolean {
  return kind === postureResource.kind || kind === policyResource.kind || isSlotObject(kind, name);
}

function whole({ kind }: Resource): StoreTransform<Whole> {
  return {
    transform: (object) => {
      const { name, uid = '', resourceVersion = '' } = object.metadata;
      return isOfInterest(kind, name) ? { name, uid, resourceVersion, object: { ...object, kind } } : undefined;
    },
  };
}
