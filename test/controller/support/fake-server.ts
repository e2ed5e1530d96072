import type { Change, PatchOperation } from '../../../src/plan/namespace-plan.ts';
import type { Outcome } from '../../../src/plan/outcome.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../../src/slots/kube-object.ts';

type Members = Readonly<Record<string, unknown>>;

/** What an API server does with the objects of one namespace, as far as the operator's writes can tell. */
export class FakeServer {
  readonly #namespace: string;
  readonly #objects = new Map<string, KubeObject>();
  #version = 100;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  get(slot: string): KubeObject | undefined {
    return this.#objects.get(slot);
  }

  list(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Made by somebody else. */
  put(object: KubeObject): void {
    const metadata = { ...object.metadata, namespace: this.#namespace, uid: `uid-${this.#nextVersion()}` };
    this.#store({ ...object, metadata }, []);
  }

  /** Somebody else's update: he is now the one who claims the content. */
  edit(slot: string, content: Members, manager: string): KubeObject {
    const live = this.#read(slot);
    return this.#store({ ...live, ...content }, [
      { manager, operation: 'Update', fieldsV1: claims(Object.keys(content)) },
    ]);
  }

  /** Somebody else's deletion; returns the object as the watch tells of it. */
  remove(slot: string): KubeObject {
    const live = this.#read(slot);
    this.#objects.delete(slot);
    return { ...live, metadata: { ...live.metadata, resourceVersion: this.#nextVersion() } };
  }

  /** The operator's own. */
  write(change: Change): Outcome {
    if (change.action === 'create') return this.#create(change.object);
    const slot = `${change.resource.kind}/${change.name}`;
    const live = this.#objects.get(slot);
    if (live?.metadata.uid !== change.uid || live.metadata.resourceVersion !== change.resourceVersion) {
      return { result: 'stale', message: 'the object has been modified' };
    }
    if (change.action === 'patch') return { result: 'done', object: this.#patch(live, change.operations) };
    if (change.action === 'apply') return { result: 'done', object: this.#apply(live, change.object) };
    this.#objects.delete(slot);
    return change.action === 'recreate' ? this.#create(change.object) : { result: 'done' };
  }

  /** Of members at the top alone: all that the ServiceAccount needs. */
  #apply(live: KubeObject, { apiVersion, kind, metadata, ...members }: KubeObject): KubeObject {
    void [apiVersion, kind, metadata];
    const applied = { manager: 'parapet', operation: 'Apply', fieldsV1: claims(Object.keys(members)) };
    return this.#store({ ...live, ...members }, [applied]);
  }

  #create(object: KubeObject): Outcome {
    if (this.#objects.has(slotOf(object))) return { result: 'stale', message: 'already exists' };
    const metadata = { ...object.metadata, namespace: this.#namespace, uid: `uid-${this.#nextVersion()}` };
    return { result: 'done', object: this.#store({ ...object, metadata }, [ours]) };
  }

  #patch(live: KubeObject, operations: readonly PatchOperation[]): KubeObject {
    let patched: KubeObject = live;
    for (const { path, value } of operations) {
      const [top = '', map = '', key] = path.split('/').slice(1).map(unescape);
      if (top !== 'metadata') patched = { ...patched, [top]: value };
      else {
        const { [map]: before }: Members = { ...patched.metadata };
        const after = key === undefined ? value : { ...(before as Members | undefined), [key]: value };
        patched = { ...patched, metadata: { ...patched.metadata, [map]: after } };
      }
    }
    return this.#store(patched, [ours]);
  }

  #store(object: KubeObject, managedFields: readonly ManagedFieldsEntry[]): KubeObject {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: this.#nextVersion(), managedFields } };
    this.#objects.set(slotOf(stored), stored as KubeObject);
    return stored as KubeObject;
  }

  #read(slot: string): KubeObject {
    const live = this.#objects.get(slot);
    if (live === undefined) throw new Error(`there is no ${slot}`);
    return live;
  }

  #nextVersion(): string {
    return String((this.#version += 1));
  }
}

const ours: ManagedFieldsEntry = { manager: 'parapet', operation: 'Update' };

function claims(members: readonly string[]): NonNullable<ManagedFieldsEntry['fieldsV1']> {
  return Object.fromEntries(members.map((member) => [`f:${member}`, {}]));
}

function slotOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
