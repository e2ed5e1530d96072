import type { LiveObject } from '../plan/snapshot.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta, StringMap } from '../slots/kube-object.ts';
import type { ObjectKind } from '../slots/slot-kind.ts';
import { isSlotName } from '../slots/slot-name.ts';
import { Interner } from './interner.ts';
import type { StoreTransform } from './store.ts';

const OURS: ReadonlySet<string> = new Set(['parapet', 'parapet-status']);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const NONE: StringMap = Object.freeze({});

/** How an object of a registry kind enters the store: reduced to what planning needs. */
export function slim(kind: ObjectKind, interner: Interner = new Interner()): StoreTransform<LiveObject> {
  return {
    transform: (object) => slimObject(kind, interner, object),
    release: (live) => {
      for (const shared of [live.name, live.labels, live.annotations, live.content, live.managers]) {
        interner.release(shared);
      }
    },
  };
}

function slimObject(kind: ObjectKind, interner: Interner, object: KubeObject): LiveObject {
  const { metadata } = object;
  const fields = metadata.managedFields ?? [];
  const live: LiveObject = {
    kind: kind.resource.kind,
    name: interner.acquire(metadata.name),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    labels: interner.acquire(metadata.labels ?? NONE),
    annotations: interner.acquire(annotationsOf(metadata)),
    content: interner.acquire(kind.normalize(object)),
    managers: interner.acquire(managersOf(fields)),
    ...(kind.used === undefined ? {} : { used: kind.used(object) }),
  };
  // Of others' objects nobody asks which field is whose.
  return isSlotName(metadata.name) && fields.some(isForeign) ? { ...live, managedFields: fields } : live;
}

/** Of others' objects without kubectl's copy of the whole object: it would be most of what is kept. */
function annotationsOf({ name, annotations = NONE }: ObjectMeta): StringMap {
  if (isSlotName(name) || !Object.hasOwn(annotations, LAST_APPLIED)) return annotations;
  const { [LAST_APPLIED]: copy, ...rest } = annotations;
  void copy;
  return rest;
}

/** Whoever wrote more than a status: the quota controller is nobody's owner. */
function managersOf(fields: readonly ManagedFieldsEntry[]): readonly string[] {
  const writers = fields.filter(({ subresource }) => subresource !== 'status').map(({ manager = '' }) => manager);
  return [...new Set(writers)].filter((manager) => manager !== '').toSorted();
}

/** Somebody else wrote more than a status, as the quota controller does every time a pod comes or goes. */
function isForeign(entry: ManagedFieldsEntry): boolean {
  return entry.subresource !== 'status' && !OURS.has(entry.manager ?? '');
}
