import fc from 'fast-check';

const networkPolicy = fc.record(
  {
    defaultDeny: fc.uniqueArray(fc.constantFrom('Ingress', 'Egress'), { minLength: 1 }),
    allow: fc.uniqueArray(fc.constantFrom('DNS', 'SameNamespace', 'KubernetesAPI'), { minLength: 1 }),
    policies: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('web', 'metrics'),
        spec: fc.constantFrom(
          { podSelector: {}, ingress: [{}] },
          { podSelector: {}, egress: [{ ports: [{ port: 443 }] }], policyTypes: ['Egress'] },
          { podSelector: { matchLabels: { app: 'x' } }, ingress: [{ from: [{ namespaceSelector: {} }] }] },
        ),
      }),
      { minLength: 1, selector: ({ name }) => name },
    ),
  },
  { requiredKeys: ['defaultDeny'] },
);
const quantity = fc.constantFrom('1', 2, '500m', '0.5', '1024Mi', '1Gi', '1e3');
const resourceQuotas = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('compute', 'objects'),
    hard: fc.record({ 'requests.cpu': quantity, 'limits.memory': quantity }),
  }),
  { minLength: 1, selector: ({ name }) => name },
);
const limitRange = fc.record({
  limits: fc.tuple(
    fc.record({
      type: fc.constant('Container'),
      max: fc.record({ cpu: fc.constantFrom('2', 2, '2000m') }),
      min: fc.constant({ memory: '64Mi' }),
    }),
  ),
});
const roles = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom('viewer', 'debugger'),
      rules: fc.option(
        fc.tuple(
          fc.record({
            apiGroups: fc.constant(['']),
            resources: fc.constantFrom(['pods'], ['services', 'pods']),
            verbs: fc.constant(['list', 'get']),
          }),
        ),
        { nil: undefined },
      ),
      subjects: fc.constantFrom(
        [{ kind: 'Group', name: 'team' }],
        [
          { kind: 'ServiceAccount', name: 'bot' },
          { kind: 'User', name: 'ann' },
        ],
        [{ kind: 'Group', nameFrom: { label: 'size', prefix: 'size:' } }],
        [
          { kind: 'Group', nameFrom: { label: 'size', prefix: 'size:' } },
          { kind: 'Group', nameFrom: { label: 'kubernetes.io/metadata.name', prefix: 'team:', suffix: ':dev' } },
        ],
      ),
    })
    .map(({ rules, ...entry }) => ({ ...entry, ...(rules === undefined ? { clusterRole: 'view' } : { rules }) })),
  { minLength: 1, selector: ({ name }) => name },
);
const level = fc.constantFrom('privileged', 'baseline', 'restricted');
const podSecurity = fc
  .record(
    { enforce: level, audit: level, warn: level, version: fc.constantFrom('latest', 'v1.25', 'v1.31') },
    { requiredKeys: [] },
  )
  .filter(({ enforce, audit, warn }) => (enforce ?? audit ?? warn) !== undefined);
/** `spec` of a policy: every kind of the registry, contents that rivals can disagree on, valid on a real API server. */
export const generatedSpec = fc.record(
  {
    mode: fc.constantFrom('Enforce', 'Enforce', 'Audit'),
    suspend: fc.constantFrom(false, false, true),
    priority: fc.constantFrom(100, 100, 200),
    deletionPolicy: fc.constantFrom('Orphan', 'Delete'),
    namespaceSelector: fc.constantFrom({}, { matchLabels: { size: 'large' } }),
    networkPolicy,
    resourceQuotas,
    limitRange,
    roles,
    podSecurity,
    defaultServiceAccount: fc.constant({ automountServiceAccountToken: false }),
  },
  { requiredKeys: ['mode', 'namespaceSelector'] },
);
