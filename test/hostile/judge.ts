import type { KubeObject } from '../../src/slots/kube-object.ts';

/** A write as it goes over the wire. */
export interface WrittenRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  readonly body?: unknown;
}

/** Where something may be done. */
export interface Grounds {
  /** An acting policy selects the namespace: its posture may be written there. */
  readonly selected: (namespace: string) => boolean;
  /** One does or did: what it wrote there may be taken away. */
  readonly wasSelected: (namespace: string) => boolean;
  /** The object carries the label by which Parapet's own are known: whoever put it there says that it may go. */
  readonly saysItIsOurs: (name: string) => boolean;
  readonly policies: readonly string[];
}

/** A place in the API that section 7 of the contract lets the operator write to, and what else has to hold there. */
interface Place {
  /** Groups: whose it is, or the namespace; then the name, where one stands in the path. */
  readonly path: RegExp;
  readonly objection: (found: Found, request: WrittenRequest, grounds: Grounds) => string | undefined;
}

interface Found {
  readonly owner: string;
  /** Empty for a collection. */
  readonly name: string;
}

const PLACES: readonly Place[] = [
  ...[
    /^\/apis\/networking\.k8s\.io\/v1\/namespaces\/([^/]+)\/networkpolicies(?:\/(.+))?$/,
    /^\/api\/v1\/namespaces\/([^/]+)\/(?:resourcequotas|limitranges)(?:\/(.+))?$/,
    /^\/apis\/rbac\.authorization\.k8s\.io\/v1\/namespaces\/([^/]+)\/(?:roles|rolebindings)(?:\/(.+))?$/,
  ].map((path) => ({ path, objection: childObjection })),
  // The report is about every namespace in which something is left, selected or not.
  {
    path: /^\/apis\/parapet\.dev\/v1alpha1\/namespaces\/([^/]+)\/namespacepostures(?:\/(parapet))?$/,
    objection: () => undefined,
  },
  ...[
    /^\/apis\/parapet\.dev\/v1alpha1\/(?:clustersecuritypolicies|securityexceptions)\/([^/]+)\/status$/,
    /^\/apis\/parapet\.dev\/v1alpha1\/clustersecuritypolicies\/([^/]+)$/, // its finalizer
  ].map((path) => ({ path, objection: policyObjection })),
  ...[
    /^\/api\/v1\/namespaces\/([^/]+)$/, // Pod Security labels
    /^\/api\/v1\/namespaces\/([^/]+)\/serviceaccounts\/default$/,
  ].map((path) => ({ path, objection: fieldsObjection })),
];

const PARAMETERS = /^(|fieldManager=parapet(-[a-z]+)?|force=true|dryRun=All)$/;
const FORBIDDEN_VERBS = /^(escalate|bind|impersonate)$/;
const FORBIDDEN_SUBJECTS =
  /^system:(masters|authenticated|unauthenticated|anonymous|serviceaccounts.*|serviceaccount:parapet-system:.*)$/;

/** Why the operator should not have sent this; undefined where there is nothing against it. */
export function objection(request: WrittenRequest, grounds: Grounds): string | undefined {
  const { pathname, search, hash } = new URL(request.target, 'https://server');
  if (`${pathname}${search}` !== request.target || hash !== '') return 'not encoded: it is another URL than was meant';
  const odd = search
    .slice(1)
    .split('&')
    .find((parameter) => !PARAMETERS.test(parameter));
  if (odd !== undefined) return `a query of its own: ${odd}`;
  return pathObjection(pathname, request, grounds) ?? contentObjection(request.body);
}

function pathObjection(path: string, request: WrittenRequest, grounds: Grounds): string | undefined {
  for (const place of PLACES) {
    const match = place.path.exec(path);
    if (match === null) continue;
    const [, owner = '', name = ''] = match.map((segment) => decodeURIComponent(segment ?? ''));
    return place.objection({ owner, name }, request, grounds);
  }
  return 'a kind that is none of ours';
}

function childObjection(
  { owner, name }: Found,
  { method, body }: WrittenRequest,
  grounds: Grounds,
): string | undefined {
  const written = method === 'POST' ? (body as KubeObject).metadata.name : name;
  const goes = method === 'DELETE' && (grounds.wasSelected(owner) || grounds.saysItIsOurs(written));
  if (!goes && !grounds.selected(owner)) return 'a namespace that no policy selects';
  return /^parapet-[-a-z0-9]+$/.test(written) ? undefined : `a name that is not ours: ${written}`;
}

function policyObjection({ owner }: Found, { method }: WrittenRequest, { policies }: Grounds): string | undefined {
  return patches(method) ?? (policies.includes(owner) ? undefined : 'no such policy');
}

function fieldsObjection({ owner }: Found, { method, body }: WrittenRequest, grounds: Grounds): string | undefined {
  if (!grounds.wasSelected(owner)) return 'a namespace that no policy selects';
  const { apiVersion: _, kind: __, metadata, ...members } = body as KubeObject;
  const labels = Object.keys(metadata.labels ?? {}).filter((key) => !key.startsWith('pod-security.kubernetes.io/'));
  const others = Object.keys(members).filter((member) => member !== 'automountServiceAccountToken');
  const [more] = [...labels, ...others];
  return patches(method) ?? (more === undefined ? undefined : `a field that is not ours: ${more}`);
}

function patches(method: string): string | undefined {
  return method === 'PATCH' ? undefined : `a ${method} of what is not ours whole`;
}

/** What would grant more than any ceiling could hold, whether it is created or patched in. */
function contentObjection(body: unknown): string | undefined {
  const operations = Array.isArray(body) ? (body as readonly { path: string; value: unknown }[]) : [];
  const patched = Object.fromEntries(operations.map(({ path, value }) => [path.slice(1), value]));
  const { rules = [], subjects = [] } = { ...(Array.isArray(body) ? {} : (body as object)), ...patched } as {
    readonly rules?: readonly Readonly<Record<string, readonly string[]>>[];
    readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  };
  const verbs = rules.flatMap((rule) => rule['verbs'] ?? []);
  const words = rules.flatMap((rule) => Object.values(rule)).flat();
  const word = verbs.find((each) => FORBIDDEN_VERBS.test(each)) ?? words.find((each) => each.includes('*'));
  if (word !== undefined) return `a Role that holds ${word}`;
  const subject = subjects.find(({ name }) => FORBIDDEN_SUBJECTS.test(name));
  return subject === undefined ? undefined : `a RoleBinding to ${subject.name}`;
}
