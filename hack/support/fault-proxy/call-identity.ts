import type { KubeObject } from '../../../src/slots/kube-object.ts';

/** What RBAC calls a verb; of a path that is no resource it is the method in lower case. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Which call it is, whatever else is in it: names are deterministic, so the same work makes the same calls. */
export interface CallIdentity {
  readonly verb: Verb;
  /** Empty for the core group, and for a path that is no resource. */
  readonly group: string;
  /** The plural, or the path where it is no resource: `/version`. */
  readonly resource: string;
  readonly subresource: string;
  /** Empty for what is cluster-scoped, and for a list of all namespaces. */
  readonly namespace: string;
  /**
   * Of a create, the name in the body; empty where the API server chooses it, and for a list. Of an Event, whose name ends
   * in something random, `subject.*`.
   */
  readonly name: string;
  readonly dryRun: boolean;
}

const MUTATING: ReadonlySet<Verb> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** What is POSTed to ask something: nothing is stored. */
const QUESTIONS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

/** Reads a request as the API server's own request-info resolver does. */
export function identify(method: string, url: string, body?: unknown): CallIdentity {
  const { pathname, searchParams } = new URL(url, 'http://proxy');
  const { group, parts } = rootOf(pathname);
  const dryRun = searchParams.get('dryRun') === 'All';
  const resourceless = { group: '', resource: pathname, subresource: '', namespace: '', name: '', dryRun };
  if (parts.length === 0) return { verb: verbOf(method, true, false), ...resourceless };
  const { namespace, resource, name, subresource } = placeOf(parts);
  const collection = name === '';
  return {
    verb: verbOf(method, !collection, isTrue(searchParams.get('watch'))),
    group,
    resource,
    subresource,
    namespace,
    name: nameOf(resource, method === 'POST' && collection ? nameIn(body) : name),
    dryRun,
  };
}

/** Whether the API server stores something if it grants the call. */
export function isMutating({ verb, group, dryRun }: CallIdentity): boolean {
  return MUTATING.has(verb) && !dryRun && !QUESTIONS.has(group);
}

/** `patch networkpolicies team-a/parapet-default-deny`, `patch clustersecuritypolicies/status baseline`. */
export function spelledCall({ verb, resource, subresource, namespace, name, dryRun }: CallIdentity): string {
  const kind = subresource === '' ? resource : `${resource}/${subresource}`;
  const place = [namespace, name].filter((part) => part !== '').join('/');
  return [dryRun ? `${verb}(dry-run)` : verb, kind, place].filter((part) => part !== '').join(' ');
}

function rootOf(pathname: string): { readonly group: string; readonly parts: readonly string[] } {
  const [root, ...rest] = pathname.split('/').slice(1).map(decodeURIComponent);
  if (root === 'api') return { group: '', parts: rest.slice(1) };
  if (root === 'apis') return { group: rest[0] ?? '', parts: rest.slice(2) };
  return { group: '', parts: [] };
}

type Place = Pick<CallIdentity, 'namespace' | 'resource' | 'name' | 'subresource'>;

/** `namespaces/a/pods/b/log`; but `namespaces/a` and `namespaces/a/finalize` are about the namespace itself. */
function placeOf(parts: readonly string[]): Place {
  const within = parts[0] === 'namespaces' && parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '');
  const [resource = '', name = '', subresource = ''] = within ? parts.slice(2) : parts;
  return { namespace: within ? (parts[1] ?? '') : '', resource, name, subresource };
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['finalize', 'status']);

function verbOf(method: string, named: boolean, watch: boolean): Verb {
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  if (watch) return 'watch';
  return named ? 'get' : 'list';
}

/** Go reads `1` and `true` alike. */
function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}

function nameOf(resource: string, name: string): string {
  return resource === 'events' ? name.replace(/\.[^.]*$/, '.*') : name;
}

function nameIn(body: unknown): string {
  return (body as Partial<KubeObject> | null | undefined)?.metadata?.name ?? '';
}
