import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { ApiClient } from './harness/api-client.ts';
import type { Ref } from './harness/refs.ts';

/** What a tenant can do to one of the objects of fixtures/drift.yaml. */
export interface Target {
  readonly slot: string;
  /** A merge patch that changes a value we set. */
  readonly edit: object;
  /** A merge patch that adds what we don't set. */
  readonly addition: object;
  /** The members of a squatter that takes the name of a deleted object. */
  readonly squatter: Readonly<Record<string, unknown>>;
}

/** Attacks by hand on the kinds of fixtures/drift.yaml; every-kind.test.ts tries whatever the registry lists. */
export const targets: readonly Target[] = [
  {
    slot: 'NetworkPolicy/parapet-default-deny',
    edit: { spec: { policyTypes: ['Ingress'] } },
    addition: { spec: { ingress: [{}] } },
    squatter: { spec: { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ['Ingress', 'Egress'] } },
  },
  {
    slot: 'ResourceQuota/parapet-compute',
    edit: { spec: { hard: { pods: '1000' } } },
    addition: { spec: { hard: { configmaps: '7' } } },
    squatter: { spec: { hard: { pods: '1000' }, scopes: ['NotTerminating'] } },
  },
  {
    slot: 'LimitRange/parapet-limits',
    edit: { spec: { limits: [{ type: 'Container', default: { cpu: '8' }, defaultRequest: { cpu: '100m' } }] } },
    addition: {
      spec: {
        limits: [
          { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } },
          { type: 'PersistentVolumeClaim', max: { storage: '1Ti' } },
        ],
      },
    },
    squatter: { spec: { limits: [{ type: 'Pod', max: { cpu: '64' } }] } },
  },
  {
    slot: 'Role/parapet-on-call',
    edit: { rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['delete'] }] },
    addition: {
      rules: [
        { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
      ],
    },
    squatter: { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
  },
  {
    slot: 'RoleBinding/parapet-on-call',
    edit: { subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }] },
    addition: {
      subjects: ['on-call', 'mallory'].map((name) => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name })),
    },
    squatter: {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
    },
  },
];

/** One way to tamper, and how the report has to call it. */
export interface Tampering {
  readonly title: string;
  /** Of drift. */
  readonly kind: string;
  readonly actor: string;
  tamper(admin: ApiClient, ref: Ref, target: Target): Promise<unknown>;
}

export const tamperings: readonly Tampering[] = [
  { title: 'deleted', kind: 'Missing', actor: 'unknown', tamper: (admin, ref) => admin.delete(ref) },
  {
    title: 'edited',
    kind: 'Modified',
    actor: 'tenant',
    tamper: (admin, ref, { edit }) => admin.edit(ref, edit),
  },
  {
    title: 'added to, in a place we do not set',
    kind: 'Modified',
    actor: 'tenant',
    tamper: (admin, ref, { addition }) => admin.edit(ref, addition),
  },
  {
    title: 'stripped of its labels',
    kind: 'Modified',
    actor: 'unknown',
    tamper: (admin, ref) => admin.edit(ref, { metadata: { labels: null } }),
  },
  {
    title: 'stripped of its labels and annotations and edited',
    kind: 'Modified',
    actor: 'tenant',
    tamper: (admin, ref, { edit }) => admin.edit(ref, { ...edit, metadata: { labels: null, annotations: null } }),
  },
  {
    title: 'deleted and squatted by an object of the same name',
    kind: 'Replaced',
    actor: 'tenant',
    tamper: async (admin, ref, { squatter }) => {
      await admin.delete(ref);
      const { apiVersion, kind, name, namespace = '' } = ref;
      const object: KubeObject = { apiVersion, kind, metadata: { name, namespace }, ...squatter };
      await admin.create(object, 'tenant');
    },
  },
];
