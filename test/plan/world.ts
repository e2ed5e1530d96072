import { decodePolicy } from '../../src/api/decode-policy.ts';
import type { Policy } from '../../src/api/policy.ts';
import { fieldManager } from '../../src/plan/desired-object.ts';
import type { Change, NamespacePlan, PatchOperation } from '../../src/plan/namespace-plan.ts';
import { slotId } from '../../src/plan/fold.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { plan } from '../../src/plan/plan.ts';
import { recordOf } from '../../src/plan/record.ts';
import type { LiveObject, NamespaceSnapshot, RecordedSlot } from '../../src/plan/snapshot.ts';
import type { KubeObject, StringMap } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { Content, PlatformFacts } from '../../src/slots/slot-kind.ts';
import type { PodFacts } from '../../src/slots/workloads.ts';
import { isSlotName } from '../../src/slots/slot-name.ts';

/** A cluster whose DNS is kube-dns and whose API server has one endpoint. */
export const platform: PlatformFacts = {
  dns: { peers: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }], ports: [53] },
  apiServer: { service: [{ ip: '10.96.0.1', port: 443 }], endpoints: [{ ip: '192.168.1.10', port: 6443 }] },
  nodeCidrs: ['192.168.1.0/24'],
  cloud: 'aws',
  cni: { name: 'unknown', ipBlockMatchesNodes: true },
};

/** A policy as the API server would hand it over. */
export function policy(name: string, spec: Readonly<Record<string, unknown>>): Policy {
  return decodePolicy({
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'ClusterSecurityPolicy',
    metadata: { name, uid: `uid-${name}`, generation: 1 },
    spec: { mode: 'Enforce', namespaceSelector: {}, ...spec },
  });
}

/** One namespace of a cluster that changes only by applying plans and by tampering: the pure twin of a test cluster. */
export class World {
  policies: readonly Policy[];
  live = new Map<string, LiveObject>();
  record: readonly RecordedSlot[] = [];
  labels: StringMap;
  platform: PlatformFacts = platform;
  terminating = false;
  /** Their content by name. */
  clusterRoles = new Map<string, Content>();
  pods: readonly PodFacts[] | null = [];
  #version = 1;

  constructor(policies: readonly Policy[], labels: StringMap = {}) {
    this.policies = policies;
    this.labels = labels;
  }

  snapshot(): NamespaceSnapshot {
    const objects = [...this.live.values()];
    return {
      namespace: { name: 'team-a', labels: this.labels, terminating: this.terminating },
      policies: this.policies,
      live: objects.filter(({ name }) => isSlotName(name)),
      others: objects.filter(({ name }) => !isSlotName(name)),
      clusterRoles: this.clusterRoles,
      record: this.record,
      pods: this.pods,
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
    const live = this.live.get(slot);
    if (live === undefined) throw new Error(`no ${slot} in the world`);
    return live;
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
