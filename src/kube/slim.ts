import type { LiveObject } from '../plan/snapshot.ts';
import { claimsWithin } from '../slots/field-claims.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta, StringMap } from '../slots/kube-object.ts';
import { leavesOf } from '../slots/leaves.ts';
import { isSlotObject } from '../slots/object-kinds.ts';
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
    transform: (object) => (kind.fields === undefined ? slimObject : slimFields)(kind, interner, object),
    release: (live) => {
      const claims = (live.managedFields ?? []).map(({ fieldsV1 }) => fieldsV1);
      for (const shared of [live.name, live.labels, live.annotations, live.content, live.managers, ...claims]) {
        interner.release(shared);
      }
    },
  };
}

/** Of an object that isn't ours, only the fields that may be, and who claims them. */
function slimFields(kind: ObjectKind, interner: Interner, object: KubeObject): LiveObject | undefined {
  const { name, uid = '', resourceVersion = '', managedFields = [] } = object.metadata;
  if (!isSlotObject(kind.resource.kind, name)) return undefined;
  const content = kind.normalize(object);
  const claims = claimsWithin(managedFields, Object.keys(leavesOf(content)));
  return {
    kind: kind.resource.kind,
    name: interner.acquire(name),
    uid,
    resourceVersion,
    labels: interner.acquire(NONE),
    annotations: interner.acquire(NONE),
    content: interner.acquire(content),
    managers: interner.acquire(managersOf(claims)),
    ...(claims.length === 0 ? {} : { managedFields: claims.map((claim) => shared(claim, interner)) }),
  };
}

function shared({ manager = '', operation = '', time = '', fieldsV1 = {} }: ManagedFieldsEntry, interner: Interner) {
  return { manager, operation, time, fieldsV1: interner.acquire(fieldsV1) };
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
