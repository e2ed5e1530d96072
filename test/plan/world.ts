import { decodePolicy } from '../../src/api/decode-policy.ts';
import { decodeException } from '../../src/api/decode-exception.ts';
import type { SecurityException } from '../../src/api/exception.ts';
import type { Policy } from '../../src/api/policy.ts';
import { CLEANUP_FINALIZER } from '../../src/api/resources.ts';
import { applied } from '../../src/plan/applied.ts';
import { fieldManager } from '../../src/plan/desired-object.ts';
import type { Change, NamespacePlan, PatchOperation } from '../../src/plan/namespace-plan.ts';
import { slotId } from '../../src/plan/fold.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { plan } from '../../src/plan/plan.ts';
import { recordOf } from '../../src/plan/record.ts';
import { labelsAfter } from '../../src/plan/relabelled.ts';
import { withBefore } from '../../src/plan/rehearse.ts';
import { emptyNamespace } from '../../src/plan/snapshot.ts';
import type { LiveObject, NamespaceSnapshot, RecordedSlot } from '../../src/plan/snapshot.ts';
import { fieldsTree } from '../../src/semantics/fields-v1.ts';
import { pointerPath } from '../../src/semantics/json-pointer.ts';
import { claimsWithin } from '../../src/slots/field-claims.ts';
import type { Json, KubeObject, StringMap } from '../../src/slots/kube-object.ts';
import { contentOf, filterLeaves, leavesOf } from '../../src/slots/leaves.ts';
import type { Leaves } from '../../src/slots/leaves.ts';
import { isSlotObject, objectKindOf } from '../../src/slots/object-kinds.ts';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import type { Content } from '../../src/slots/slot-kind.ts';
import type { PodFacts } from '../../src/slots/workloads.ts';

/** A cluster whose DNS is kube-dns and whose API server has one endpoint. */
export const platform: PlatformFacts = {
  dns: { peers: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }], ports: [53] },
  apiServer: { service: [{ ip: '10.96.0.1', port: 443 }], endpoints: [{ ip: '192.168.1.10', port: 6443 }] },
  nodeCidrs: ['192.168.1.0/24'],
  cloud: 'aws',
  cni: { name: 'unknown', ipBlockMatchesNodes: true },
};

/** A policy as the API server would hand it over, with the finalizer that the operator gives it where it needs one. */
export function policy(
  name: string,
  spec: Readonly<Record<string, unknown>>,
  metadata: Readonly<Record<string, unknown>> = {},
): Policy {
  const finalizers = spec['deletionPolicy'] === 'Delete' ? [CLEANUP_FINALIZER] : [];
  return decodePolicy({
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'ClusterSecurityPolicy',
    metadata: { name, uid: `uid-${name}`, generation: 1, finalizers, ...metadata },
    spec: { mode: 'Enforce', namespaceSelector: {}, ...spec },
  });
}

/** An exception of every namespace as the API server would hand it over; it has to be valid. */
export function exception(name: string, spec: Readonly<Record<string, unknown>>): SecurityException {
  const decoded = decodeException({
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'SecurityException',
    metadata: { name, uid: `uid-${name}`, generation: 1 },
    spec: {
      namespaceSelector: {},
      owner: 'shop',
      reason: 'migration',
      expirationTime: '2030-01-31T18:00:00Z',
      ...spec,
    },
  });
  if (!decoded.decodable) throw new Error(JSON.stringify(decoded.problems));
  return decoded;
}

/** One namespace of a cluster that changes only by applying plans and by tampering: the pure twin of a test cluster. */
export class World {
  policies: readonly Policy[];
  exceptions: readonly SecurityException[] = [];
  live = new Map<string, LiveObject>();
  /** What every namespace has, whoever made it: fields of these are slots. */
  shared: Map<string, LiveObject>;
  record: readonly RecordedSlot[] = [];
  readonly name: string;
  labels: StringMap;
  platform: PlatformFacts = platform;
  terminating = false;
  /** Their content by name. */
  clusterRoles = new Map<string, Content>();
  pods: readonly PodFacts[] | null = [];
  warnings: readonly string[] | null = [];
  #version = 1;

  constructor(policies: readonly Policy[], labels: StringMap = {}, name = 'team-a') {
    this.policies = policies;
    this.labels = labels;
    this.name = name;
    const cluster = { policies, exceptions: [], platform, protectedNamespaces: [] };
    const empty = emptyNamespace({ name, labels }, cluster);
    this.shared = new Map(empty.live.map((object) => [slotId(object), { ...object, resourceVersion: '1' }]));
  }

  snapshot(): NamespaceSnapshot {
    const objects = [...this.live.values(), ...this.shared.values()];
    return {
      namespace: { name: this.name, labels: labelsAfter(this.labels, [], objects), terminating: this.terminating },
      policies: this.policies,
      exceptions: this.exceptions,
      live: objects.filter(({ kind, name }) => isSlotObject(kind, name)),
      others: objects.filter(({ kind, name }) => !isSlotObject(kind, name)),
      clusterRoles: this.clusterRoles,
      record: this.record,
      evidence: { pods: this.pods, warnings: this.warnings },
      platform: this.platform,
      protectedNamespaces: ['kube-*'],
    };
  }

  plan(): NamespacePlan {
    return plan(this.snapshot());
  }

  /** Plans, writes every change in its order, and records what the report would. Returns the plan. */
  converge(): NamespacePlan {
    const planned = this.plan();
    for (const { change } of dueSlots(planned)) this.apply(change);
    // What stood in fields before a write is told by the plan that wrote them.
    this.record = withBefore(this.record, planned);
    const settled = this.plan();
    this.record = settled.slots.map(recordOf);
    return planned;
  }

  apply(change: Change): void {
    switch (change.action) {
      case 'create':
        return this.put(change.object);
      case 'recreate':
        return this.put(change.object);
      case 'delete':
        this.live.delete(`${change.resource.kind}/${change.name}`);
        return;
      case 'patch':
        return this.patch(`${change.resource.kind}/${change.name}`, change.operations);
      case 'apply':
        return this.applyFields(`${change.resource.kind}/${change.name}`, change.object);
    }
  }

  /** Puts an object as somebody would create it. */
  put(object: KubeObject, manager = fieldManager): void {
    const kind = objectKindOf(object.kind);
    if (kind === undefined) throw new Error(`no such kind: ${object.kind}`);
    const live: LiveObject = {
      kind: object.kind,
      name: object.metadata.name,
      uid: `uid-${(this.#version += 1)}`,
      resourceVersion: String(this.#version),
      labels: object.metadata.labels ?? {},
      annotations: object.metadata.annotations ?? {},
      content: kind.normalize(object),
      managers: [manager],
      ...(manager === fieldManager ? {} : { managedFields: [{ manager, operation: 'Update' }] }),
    };
    this.live.set(slotId(live), live);
  }

  /** Changes a live object as a tenant would: another manager appears, the version moves on. */
  tamper(slot: string, change: (live: LiveObject) => Partial<LiveObject>): void {
    const live = this.get(slot);
    this.live.set(slot, {
      ...live,
      resourceVersion: String((this.#version += 1)),
      managers: [...new Set([...live.managers, 'kubectl-edit'])].sort(),
      managedFields: [{ manager: 'kubectl-edit', operation: 'Update' }],
      ...change(live),
    });
  }

  get(slot: string): LiveObject {
    const live = this.live.get(slot) ?? this.shared.get(slot);
    if (live === undefined) throw new Error(`no ${slot} in the world`);
    return live;
  }

  /** Fields of an object that isn't ours, as somebody would set them; null takes one away. */
  setFields(slot: string, fields: Readonly<Record<string, Json | null>>, manager = 'kubectl-label'): void {
    const live = this.get(slot);
    const pointers = Object.keys(fields);
    const kept = filterLeaves(leavesOf(live.content), (pointer) => !pointers.includes(pointer));
    const set = filterLeaves(fields as Leaves, (_, value) => value !== null);
    const claimed = Object.keys({ ...kept, ...set });
    const untouched = claimed.filter((pointer) => !pointers.includes(pointer));
    const before = claimsWithin(live.managedFields ?? [], untouched);
    const fieldsV1 = fieldsTree(Object.keys(set).map(pointerPath));
    const managedFields = [...before, { manager, operation: 'Update', time: '2026-01-01T00:00:00Z', fieldsV1 }];
    this.shared.set(slot, {
      ...live,
      content: objectKindOf(live.kind)?.normalize(contentOf({ ...kept, ...set })) ?? {},
      resourceVersion: String((this.#version += 1)),
      managedFields,
    });
  }

  /** What server-side apply does, in so far as it concerns one manager and forced applies. */
  private applyFields(slot: string, object: KubeObject): void {
    const live = this.get(slot);
    if (object.metadata.uid !== live.uid || object.metadata.resourceVersion !== live.resourceVersion) {
      throw new Error(`an apply on another version of ${slot}`);
    }
    this.shared.set(slot, { ...applied(live, object), resourceVersion: String((this.#version += 1)) });
  }

  private patch(slot: string, operations: readonly PatchOperation[]): void {
    const live = this.get(slot);
    const metadata: Record<string, Record<string, string>> = {
      labels: { ...live.labels },
      annotations: { ...live.annotations },
    };
    const content = { ...live.content };
    for (const { path, value } of operations) {
      const [top = '', map = '', key] = path.split('/').slice(1).map(unescapeToken);
      if (top !== 'metadata') content[top] = value;
      else if (key === undefined) metadata[map] = value as Record<string, string>;
      else metadata[map] = { ...metadata[map], [key]: value as string };
    }
    const { labels = {}, annotations = {} } = metadata;
    this.live.set(slot, { ...live, content, labels, annotations, resourceVersion: String((this.#version += 1)) });
  }
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
