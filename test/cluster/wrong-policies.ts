import { metadataAddresses } from '../../src/semantics/metadata-addresses.ts';

/** A policy that the API server must refuse, naming the field at `path`. */
export interface WrongPolicy {
  readonly title: string;
  readonly path: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

const valid = { mode: 'Enforce', namespaceSelector: {} };
const pods = { podSelector: {} };

function header(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  return { title, path: `spec${path}`, spec: { ...valid, ...members } };
}

function network(title: string, path: string, networkPolicy: unknown): WrongPolicy {
  return { title, path: `spec.networkPolicy${path}`, spec: { ...valid, networkPolicy } };
}

/** A further NetworkPolicy; `path` is relative to its spec. */
function policy(title: string, path: string, spec: unknown): WrongPolicy {
  return network(title, `.policies[0].spec${path}`, { policies: [{ name: 'web', spec }] });
}

function peer(title: string, path: string, from: unknown): WrongPolicy {
  return policy(title, `.ingress[0].from[0]${path}`, { ingress: [{ from: [from] }] });
}

function port(title: string, path: string, member: unknown): WrongPolicy {
  return policy(title, `.egress[0].ports[0]${path}`, { egress: [{ to: [pods], ports: [member] }] });
}

function quota(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  const resourceQuotas = [{ name: 'compute', hard: { pods: 1 }, ...members }];
  return { title, path: `spec.resourceQuotas[0]${path}`, spec: { ...valid, resourceQuotas } };
}

function limit(title: string, path: string, limits: readonly unknown[]): WrongPolicy {
  return { title, path: `spec.limitRange.limits${path}`, spec: { ...valid, limitRange: { limits } } };
}

const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const subject = { kind: 'Group', name: 'developers' };

function role(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  const roles = [{ name: 'view', rules: [rule], subjects: [subject], ...members }];
  return { title, path: `spec.roles[0]${path}`, spec: { ...valid, roles } };
}

const fromLabel = { label: 'team', prefix: 'oidc:' };

function named(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  const nameFrom = { ...fromLabel, ...members };
  return role(title, `.subjects[0].nameFrom${path}`, { subjects: [{ kind: 'Group', nameFrom }] });
}

function many<Value>(length: number, make: (index: number) => Value): readonly Value[] {
  return Array.from({ length }, (_, index) => make(index));
}

const headers: readonly WrongPolicy[] = [
  { title: 'no mode', path: 'spec.mode', spec: { namespaceSelector: {} } },
  { title: 'no namespaceSelector', path: 'spec.namespaceSelector', spec: { mode: 'Audit' } },
  header('an unknown mode', '.mode', { mode: 'enforce' }),
  header('a mode that is no string', '.mode', { mode: 1 }),
  header('suspend as a string', '.suspend', { suspend: 'true' }),
  header('a negative priority', '.priority', { priority: -1 }),
  header('a priority above 1000', '.priority', { priority: 1001 }),
  header('a fractional priority', '.priority', { priority: 1.5 }),
  header('an unknown deletion policy', '.deletionPolicy', { deletionPolicy: 'delete' }),
  header('a deletion policy that is no string', '.deletionPolicy', { deletionPolicy: true }),
  header('an unknown selector operator', '.namespaceSelector.matchExpressions[0].operator', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'in', values: ['b'] }] },
  }),
  header('In without values', '.namespaceSelector.matchExpressions[0].values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
  }),
  header('NotIn with no value in its list', '.namespaceSelector.matchExpressions[0].values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [] }] },
  }),
  header('Exists with values', '.namespaceSelector.matchExpressions[0].values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] },
  }),
  header('a selector without a key', '.namespaceSelector.matchExpressions[0].key', {
    namespaceSelector: { matchExpressions: [{ operator: 'Exists' }] },
  }),
  header('a label key with a space', '.namespaceSelector.matchExpressions[0].key', {
    namespaceSelector: { matchExpressions: [{ key: 'a b', operator: 'Exists' }] },
  }),
  header('a label value with a slash', '.namespaceSelector.matchLabels.team', {
    namespaceSelector: { matchLabels: { team: 'a/b' } },
  }),
  header('an empty list of names to include', '.includeNames', { includeNames: [] }),
  header('an upper-case name to include', '.includeNames[0]', { includeNames: ['Team-*'] }),
  header('a regular expression among the names', '.excludeNames[0]', { excludeNames: ['team-(a|b)'] }),
  header('the same name twice', '.excludeNames[1]', { excludeNames: ['a', 'a'] }),
  header('too many names', '.includeNames', { includeNames: many(65, (index) => `team-${index}`) }),
];

const networks: readonly WrongPolicy[] = [
  network('an empty block', '', {}),
  network('an empty list of directions', '.defaultDeny', { defaultDeny: [] }),
  network('an unknown direction', '.defaultDeny[0]', { defaultDeny: ['Both'] }),
  network('a direction twice', '.defaultDeny[1]', { defaultDeny: ['Ingress', 'Ingress'] }),
  network('an unknown preset', '.allow[0]', { allow: ['Internet'] }),
  network('an empty list of presets', '.allow', { allow: [] }),
  network('a policy without a name', '.policies[0].name', { policies: [{ spec: {} }] }),
  network('a policy without a spec', '.policies[0].spec', { policies: [{ name: 'web' }] }),
  network('an upper-case policy name', '.policies[0].name', { policies: [{ name: 'Web', spec: {} }] }),
  network('a policy name of 41 characters', '.policies[0].name', { policies: [{ name: 'a'.repeat(41), spec: {} }] }),
  network('a policy name with a dot', '.policies[0].name', { policies: [{ name: 'a.b', spec: {} }] }),
  network('a policy name twice', '.policies[1]', {
    policies: [
      { name: 'web', spec: {} },
      { name: 'web', spec: {} },
    ],
  }),
  network('too many policies', '.policies', { policies: many(17, (index) => ({ name: `p${index}`, spec: {} })) }),
  policy('an unknown policy type', '.policyTypes[0]', { policyTypes: ['All'] }),
  policy('a pod selector with a bad operator', '.podSelector.matchExpressions[0].operator', {
    podSelector: { matchExpressions: [{ key: 'a', operator: 'Equals' }] },
  }),
  peer('a peer that names nothing', '', {}),
  peer('a peer with an ipBlock and a selector', '', { ...pods, ipBlock: { cidr: '10.0.0.0/8' } }),
  peer('an ipBlock without a network', '.ipBlock.cidr', { ipBlock: {} }),
  peer('a network without a prefix', '.ipBlock.cidr', { ipBlock: { cidr: '10.0.0.1' } }),
  peer('a network with host bits', '.ipBlock.cidr', { ipBlock: { cidr: '10.0.0.1/8' } }),
  peer('an IPv6 network with host bits', '.ipBlock.cidr', { ipBlock: { cidr: '2001:db8::1/32' } }),
  peer('an impossible prefix', '.ipBlock.cidr', { ipBlock: { cidr: '10.0.0.0/33' } }),
  peer('an octet with a leading zero', '.ipBlock.cidr', { ipBlock: { cidr: '010.0.0.0/8' } }),
  ...metadataAddresses.map(({ address }) => {
    const cidr = `${address}/${address.includes(':') ? 128 : 32}`;
    return peer(`the metadata address ${address}`, '.ipBlock.cidr', { ipBlock: { cidr } });
  }),
  peer('a metadata address in another spelling', '.ipBlock.cidr', { ipBlock: { cidr: 'FD00:0EC2:0::0254/128' } }),
  policy('a metadata address to connect to', '.egress[0].to[0].ipBlock.cidr', {
    egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }],
  }),
  peer('an exception that is no network', '.ipBlock.except[0]', { ipBlock: { cidr: '10.0.0.0/8', except: ['x'] } }),
  peer('an exception outside its network', '.ipBlock.except', {
    ipBlock: { cidr: '10.0.0.0/8', except: ['192.168.0.0/16'] },
  }),
  peer('an exception as large as its network', '.ipBlock.except', {
    ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] },
  }),
  peer('an exception of the other family', '.ipBlock.except', {
    ipBlock: { cidr: '0.0.0.0/0', except: ['2001:db8::/32'] },
  }),
  port('port 0', '.port', { port: 0 }),
  port('port 65536', '.port', { port: 65536 }),
  port('a quoted port number', '.port', { port: '80' }),
  port('a port name in upper case', '.port', { port: 'HTTP' }),
  port('an unknown protocol', '.protocol', { protocol: 'ICMP' }),
  port('an endPort without a port', '.endPort', { endPort: 90 }),
  port('an endPort after a named port', '.endPort', { port: 'http', endPort: 90 }),
  port('an endPort below its port', '.endPort', { port: 90, endPort: 80 }),
];

const quotas: readonly WrongPolicy[] = [
  { title: 'an empty list of quotas', path: 'spec.resourceQuotas', spec: { ...valid, resourceQuotas: [] } },
  quota('an empty quota', '.hard', { hard: {} }),
  quota('no hard limits', '.hard', { hard: undefined }),
  quota('no name', '.name', { name: undefined }),
  quota('a name that begins with a dash', '.name', { name: '-a' }),
  quota('a negative number', '.hard[pods]', { hard: { pods: -1 } }),
  quota('a negative quantity', '.hard.requests.cpu', { hard: { 'requests.cpu': '-1' } }),
  quota('a unit that does not exist', '.hard.requests.memory', { hard: { 'requests.memory': '1GB' } }),
  quota('a quantity with a space', '.hard.requests.memory', { hard: { 'requests.memory': '1 Gi' } }),
  quota('a quantity of 33 characters', '.hard.pods', { hard: { pods: '1'.repeat(33) } }),
  quota('a fraction without quotes', '.hard.requests.cpu', { hard: { 'requests.cpu': 0.5 } }),
  quota('a boolean', '.hard.pods', { hard: { pods: true } }),
  quota('an unknown scope', '.scopes[0]', { scopes: ['Everything'] }),
  quota('scopes that exclude each other', '.scopes', { scopes: ['Terminating', 'NotTerminating'] }),
  quota('a scope selector without values', '.scopeSelector.matchExpressions[0].values', {
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
  }),
  quota('In on a scope that has no values', '.scopeSelector.matchExpressions[0].operator', {
    scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'In', values: ['a'] }] },
  }),
  quota('an empty scope selector', '.scopeSelector.matchExpressions', { scopeSelector: {} }),
];

const limits: readonly WrongPolicy[] = [
  { title: 'no limits', path: 'spec.limitRange.limits', spec: { ...valid, limitRange: {} } },
  limit('an empty list of limits', '', []),
  limit('an unknown type', '[0].type', [{ type: 'Node', max: { cpu: 1 } }]),
  limit('a type twice', '[1]', [
    { type: 'Pod', max: { cpu: 1 } },
    { type: 'Pod', max: { cpu: 2 } },
  ]),
  limit('a limit that limits nothing', '[0]', [{ type: 'Pod' }]),
  limit('a default for pods', '[0].default', [{ type: 'Pod', default: { cpu: 1 } }]),
  limit('a default request for pods', '[0].defaultRequest', [{ type: 'Pod', defaultRequest: { cpu: 1 } }]),
  limit('a claim without storage', '[0].type', [{ type: 'PersistentVolumeClaim', max: { cpu: 1 } }]),
  limit('a negative minimum', '[0].min[cpu]', [{ type: 'Pod', min: { cpu: -1 } }]),
  limit('a bad quantity', '[0].max.memory', [{ type: 'Pod', max: { memory: 'lots' } }]),
];

const roles: readonly WrongPolicy[] = [
  { title: 'an empty list of roles', path: 'spec.roles', spec: { ...valid, roles: [] } },
  role('no name', '.name', { name: undefined }),
  role('neither rules nor a ClusterRole', '.rules', { rules: undefined }),
  role('rules and a ClusterRole', '.clusterRole', { clusterRole: 'view' }),
  role('a ClusterRole without a name', '.clusterRole', { rules: undefined, clusterRole: '' }),
  role('a ClusterRole with a slash', '.clusterRole', { rules: undefined, clusterRole: 'a/b' }),
  role('a ClusterRole that is no string', '.clusterRole', { rules: undefined, clusterRole: 1 }),
  role('an empty list of rules', '.rules', { rules: [] }),
  role('no subjects', '.subjects', { subjects: undefined }),
  role('an empty list of subjects', '.subjects', { subjects: [] }),
  role('a wildcard verb', '.rules[0].verbs[0]', { rules: [{ ...rule, verbs: ['*'] }] }),
  ...['escalate', 'bind', 'impersonate'].map((verb) =>
    role(`the verb ${verb}`, '.rules[0].verbs[1]', { rules: [{ ...rule, verbs: ['get', verb] }] }),
  ),
  role('no verbs', '.rules[0].verbs', { rules: [{ ...rule, verbs: [] }] }),
  role('a wildcard resource', '.rules[0].resources[0]', { rules: [{ ...rule, resources: ['*'] }] }),
  role('every subresource', '.rules[0].resources[0]', { rules: [{ ...rule, resources: ['pods/*'] }] }),
  role('one subresource of everything', '.rules[0].resources[0]', { rules: [{ ...rule, resources: ['*/scale'] }] }),
  role('no resources', '.rules[0].resources', { rules: [{ apiGroups: [''], verbs: ['get'] }] }),
  role('a wildcard group', '.rules[0].apiGroups[0]', { rules: [{ ...rule, apiGroups: ['*'] }] }),
  role('no groups', '.rules[0].apiGroups', { rules: [{ resources: ['pods'], verbs: ['get'] }] }),
  ...[
    'system:masters',
    'system:authenticated',
    'system:unauthenticated',
    'system:serviceaccounts',
    'system:serviceaccounts:team-a',
  ].map((name) => role(`the group ${name}`, '.subjects[0].name', { subjects: [{ kind: 'Group', name }] })),
  role('the anonymous user', '.subjects[0].name', { subjects: [{ kind: 'User', name: 'system:anonymous' }] }),
  role('an unknown kind of subject', '.subjects[0].kind', { subjects: [{ kind: 'Robot', name: 'a' }] }),
  role('a group with a namespace', '.subjects[0].namespace', { subjects: [{ ...subject, namespace: 'a' }] }),
  role('a nameless subject', '.subjects[0].name', { subjects: [{ kind: 'User', name: '' }] }),
  role('a subject without any name', '.subjects[0].name', { subjects: [{ kind: 'User' }] }),
  role('a subject with two names', '.subjects[0].name', { subjects: [{ ...subject, nameFrom: fromLabel }] }),
  role('a user named by a label', '.subjects[0].nameFrom', { subjects: [{ kind: 'User', nameFrom: fromLabel }] }),
  role('a service account named by a label', '.subjects[0].nameFrom', {
    subjects: [{ kind: 'ServiceAccount', nameFrom: fromLabel }],
  }),
  named('a label that says all of a name', '.prefix', { prefix: undefined }),
  named('an empty prefix', '.prefix', { prefix: '' }),
  named('a prefix of Kubernetes’ own', '.prefix', { prefix: 'system:' }),
  named('a prefix that begins as Kubernetes’ own', '.prefix', { prefix: 'system:serviceaccounts:' }),
  named('a prefix of 129 characters', '.prefix', { prefix: 'p'.repeat(129) }),
  named('no label', '.label', { label: undefined }),
  named('an empty label', '.label', { label: '' }),
  named('a label with a space', '.label', { label: 'a b' }),
  named('an empty suffix', '.suffix', { suffix: '' }),
  named('a suffix that is no string', '.suffix', { suffix: 1 }),
];

function fields(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  return { title, path: `spec.${path}`, spec: { ...valid, ...members } };
}

const level = (title: string, path: string, podSecurity: unknown): WrongPolicy =>
  fields(title, `podSecurity${path}`, { podSecurity });

const shared: readonly WrongPolicy[] = [
  level('no level at all', '', {}),
  level('a version without a level', '', { version: 'v1.30' }),
  level('an unknown level', '.enforce', { enforce: 'strict' }),
  level('a level that is no string', '.warn', { warn: 1 }),
  level('a version without its v', '.version', { enforce: 'baseline', version: '1.30' }),
  level('a patch version', '.version', { enforce: 'baseline', version: 'v1.30.1' }),
  level('a version with a leading zero', '.version', { enforce: 'baseline', version: 'v1.09' }),
  fields('an empty defaultServiceAccount', 'defaultServiceAccount.automountServiceAccountToken', {
    defaultServiceAccount: {},
  }),
  fields('a default account that mounts its token', 'defaultServiceAccount.automountServiceAccountToken', {
    defaultServiceAccount: { automountServiceAccountToken: true },
  }),
];

export const wrongPolicies: readonly WrongPolicy[] = [
  ...headers,
  ...networks,
  ...quotas,
  ...limits,
  ...roles,
  ...shared,
];
