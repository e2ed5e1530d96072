import type { Obj } from './api.ts';

/** A kind of object that the policy concerns, written down anew: nothing is asked of the operator's code. */
export interface WatchedKind {
  readonly kind: string;
  /** Of the API group and version. */
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Whether the whole object is Parapet's, or only what `content` shows. */
  readonly whole: boolean;
  /** All that the policy decides. */
  readonly content: (object: Obj) => unknown;
  /** What a tenant may write over it, as a merge patch. */
  readonly edits: readonly object[];
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const MALLORY = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' };
const NO_LABELS = { metadata: { labels: null, annotations: null } };

export const KINDS: readonly WatchedKind[] = [
  {
    kind: 'NetworkPolicy',
    root: '/apis/networking.k8s.io/v1',
    plural: 'networkpolicies',
    namespaced: true,
    whole: true,
    content: ({ spec }) => spec,
    edits: [{ spec: { ingress: [{}] } }, { spec: { podSelector: { matchLabels: { never: 'there' } } } }, NO_LABELS],
  },
  {
    kind: 'ResourceQuota',
    root: '/api/v1',
    plural: 'resourcequotas',
    namespaced: true,
    whole: true,
    content: ({ spec }) => spec,
    edits: [{ spec: { hard: { pods: '5000' } } }, { spec: { hard: { configmaps: '7' } } }, NO_LABELS],
  },
  {
    kind: 'LimitRange',
    root: '/api/v1',
    plural: 'limitranges',
    namespaced: true,
    whole: true,
    content: ({ spec }) => spec,
    edits: [{ spec: { limits: [{ type: 'Container', default: { cpu: '4' } }] } }, NO_LABELS],
  },
  {
    kind: 'Role',
    root: RBAC,
    plural: 'roles',
    namespaced: true,
    whole: true,
    content: ({ rules }) => rules,
    edits: [{ rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }, { rules: null }, NO_LABELS],
  },
  {
    kind: 'RoleBinding',
    root: RBAC,
    plural: 'rolebindings',
    namespaced: true,
    whole: true,
    content: ({ subjects, roleRef }) => ({ subjects, roleRef }),
    edits: [{ subjects: [MALLORY] }, { subjects: null }, NO_LABELS],
  },
  {
    kind: 'Namespace',
    root: '/api/v1',
    plural: 'namespaces',
    namespaced: false,
    whole: false,
    content: ({ metadata: { labels = {} } }) =>
      Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith('pod-security.kubernetes.io/'))),
    edits: [
      { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
      { metadata: { labels: { 'pod-security.kubernetes.io/warn': null } } },
    ],
  },
  {
    kind: 'ServiceAccount',
    root: '/api/v1',
    plural: 'serviceaccounts',
    namespaced: true,
    whole: false,
    content: ({ automountServiceAccountToken }) => ({ automountServiceAccountToken }),
    edits: [{ automountServiceAccountToken: true }, { automountServiceAccountToken: null }],
  },
];

/** Of a kind, everywhere or in one namespace. */
export function collection({ root, plural }: WatchedKind, namespace?: string): string {
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

export function kindNamed(kind: string): WatchedKind {
  const found = KINDS.find((candidate) => candidate.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} among the kinds`);
  return found;
}
