/** The spec of a policy that has something in every block, for the namespaces with a label. */
export function wholePolicy(label: string, more: object = {}): Readonly<Record<string, unknown>> {
  const subjects = [{ kind: 'Group', name: 'on-call' }];
  return {
    mode: 'Enforce',
    namespaceSelector: { matchLabels: { suite: label } },
    networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] },
    resourceQuotas: [{ name: 'compute', hard: { pods: '10' } }],
    limitRange: { limits: [{ type: 'Container', default: { cpu: '500m' } }] },
    roles: [{ name: 'on-call', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }], subjects }],
    podSecurity: { enforce: 'baseline' },
    defaultServiceAccount: { automountServiceAccountToken: false },
    ...more,
  };
}
