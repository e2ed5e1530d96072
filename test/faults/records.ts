import { CallLog } from '../../hack/support/fault-proxy/call-log.ts';
import type { ProxiedCall } from '../../hack/support/fault-proxy/proxied-call.ts';
import type { Reference } from '../../hack/faults/reference.ts';
import { creationsAndDeletions } from '../../hack/faults/run-record.ts';
import type { RunRecord } from '../../hack/faults/run-record.ts';
import { snapshotOf } from '../../hack/faults/snapshot.ts';
import { worldNumbered } from '../../hack/faults/world.ts';
import type { World } from '../../hack/faults/world.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';

export const WORLD = worldNumbered(7);
const NETWORK = '/apis/networking.k8s.io/v1';
const PARAPET = '/apis/parapet.dev/v1alpha1';

/** A call that went well, unless told otherwise. */
export function call(method: string, path: string, more: Partial<ProxiedCall> = {}): ProxiedCall {
  const name = path.split('/').at(-1) ?? '';
  const posted = method === 'POST';
  const arrived = new CallLog().arrived({
    method,
    url: posted ? path.slice(0, -name.length - 1) : path,
    body: posted ? { metadata: { name } } : undefined,
    arrivedAt: 100,
  });
  return { ...arrived, status: posted ? 201 : 200, told: posted ? 201 : 200, ...more };
}

/** The path of an object in the world. */
export function at(plural: string, name: string, { namespace }: World = WORLD): string {
  const groups: Readonly<Record<string, string>> = { networkpolicies: NETWORK, namespacepostures: PARAPET };
  return `${groups[plural] ?? '/api/v1'}/namespaces/${namespace}/${plural}/${name}`;
}

export const CLOSED = { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } };

export function statusPath({ policy }: World = WORLD): string {
  return `${PARAPET}/clustersecuritypolicies/${policy}/status`;
}

/** What the API server holds of a small world that is well: a default-deny, its report, the policy. */
export function objectsOf(world: World = WORLD, uid = 'u1'): readonly KubeObject[] {
  const { namespace, policy } = world;
  const slot = { slot: 'NetworkPolicy/parapet-default-deny', policies: [policy], uid, state: 'OK', since: '2026' };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'parapet-default-deny', namespace, uid, resourceVersion: '12' },
      ...CLOSED,
    },
    {
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'NamespacePosture',
      metadata: { name: 'parapet', namespace, uid: `${uid}-report`, resourceVersion: '13' },
      summary: { state: 'Compliant', slots: 1, ok: 1, drifted: 0, blocked: 0, held: 0, widened: 0, exempt: 0 },
      slots: [slot],
      recentRepairs: [],
    },
    {
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: { name: policy, generation: 3, resourceVersion: '14' },
      spec: { namespaceSelector: { matchLabels: { world: namespace } } },
      status: {
        observedGeneration: 3,
        namespaces: { matched: 1, compliant: 1, drifted: 0, blocked: 0, held: 0, exempt: 0, pending: 0 },
        drift: { open: 0 },
      },
    },
  ];
}

/** A run in which everything went as it should. */
export function record(more: Partial<RunRecord> = {}): RunRecord {
  return {
    world: WORLD,
    calls: [
      call('POST', at('networkpolicies', 'parapet-default-deny'), { reply: CLOSED }),
      call('POST', at('namespacepostures', 'parapet')),
      call('PATCH', statusPath()),
    ],
    triggeredAt: 50,
    convergedAt: 5_000,
    watchedMs: 60_000,
    objects: objectsOf(),
    exits: [],
    complaints: [],
    answeredProbe: true,
    ...more,
  };
}

export function referenceTo(run: RunRecord): Reference {
  const { objects, world } = run;
  return { scenario: 'create', calls: [], end: snapshotOf(objects, world), commits: creationsAndDeletions(run) };
}
