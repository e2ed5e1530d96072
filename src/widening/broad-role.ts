import { describeRight } from './rights.ts';
import type { RbacRule } from './rights.ts';

/** Why a role is too much for a namespace that is kept at a posture. */
export interface BroadGrant {
  readonly reason: 'GrantsWildcard' | 'GrantsEscalation' | 'ReadsSecrets' | 'ExecsIntoPods';
  /** The right that makes it so: `list secrets`. */
  readonly right: string;
}

interface BroadRight {
  readonly reason: BroadGrant['reason'];
  /** Absent: any group, any resource. */
  readonly groups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

const CORE = [''];

/** In the order they are reported: a wildcard implies the rest and is looked for first. */
const BROAD_RIGHTS: readonly BroadRight[] = [
  { reason: 'GrantsEscalation', verbs: ['escalate', 'bind', 'impersonate'] },
  { reason: 'ReadsSecrets', groups: CORE, resources: ['secrets'], verbs: ['get', 'list', 'watch'] },
  // A WebSocket's exec began as a `get` until Kubernetes asked for `create` as well.
  { reason: 'ExecsIntoPods', groups: CORE, resources: ['pods/exec', 'pods/attach'], verbs: ['create', 'get'] },
  // kubectl debug: a container of one's own beside those that run.
  { reason: 'ExecsIntoPods', groups: CORE, resources: ['pods/ephemeralcontainers'], verbs: ['update', 'patch'] },
];

/**
 * What makes a role broad where it is bound: any wildcard, escalate, bind or impersonate, reading Secrets, executing
 * into pods. Secrets and pods that `resourceNames` names are what least privilege looks like, and not broad.
 *
 * @param scope `namespace` for a RoleBinding, to which URLs that are no resources mean nothing
 * @param rulesOf a ClusterRole's, by name: to bind named ClusterRoles is no more than they are; without it any `bind` is broad
 * @returns undefined where nothing does
 */
export function broadRole(
  rules: readonly RbacRule[],
  scope: 'namespace' | 'cluster',
  rulesOf?: (clusterRole: string) => readonly RbacRule[] | undefined,
): BroadGrant | undefined {
  const isNarrowClusterRole = (name: string): boolean => {
    const named = rulesOf?.(name);
    return named !== undefined && broadRole(named, scope) === undefined;
  };
  const counted = rules.filter((rule) => !onlyBinds(rule, isNarrowClusterRole));
  for (const rule of counted) {
    const right = wildcard(rule, scope);
    if (right !== undefined) return { reason: 'GrantsWildcard', right };
  }
  for (const broad of BROAD_RIGHTS) {
    const right = counted.map((rule) => grantOf(rule, broad)).find((found) => found !== undefined);
    if (right !== undefined) return { reason: broad.reason, right };
  }
  return undefined;
}

function onlyBinds(rule: RbacRule, isNarrowClusterRole: (name: string) => boolean): boolean {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  return (
    isNarrowed(rule) &&
    verbs.every((verb) => verb === 'bind') &&
    apiGroups.every((group) => group === 'rbac.authorization.k8s.io') &&
    resources.every((resource) => resource === 'clusterroles') &&
    resourceNames.every(isNarrowClusterRole)
  );
}

function wildcard(rule: RbacRule, scope: 'namespace' | 'cluster'): string | undefined {
  const { verbs = [], apiGroups = [], resources = [] } = rule;
  const onResources = wildcardRight(verbs, apiGroups, resources);
  return onResources === undefined && scope === 'cluster' ? wildcardOnUrls(rule) : onResources;
}

function wildcardOnUrls({ verbs = [], nonResourceURLs = [] }: RbacRule): string | undefined {
  const [verb, url] = [wildcardOrFirst(verbs), nonResourceURLs.find(isEveryUrl) ?? nonResourceURLs[0]];
  if (verb === undefined || url === undefined) return undefined;
  return hasWildcard(verb) || isEveryUrl(url) ? describeRight({ verb, url }) : undefined;
}

/** `/api/*` is a place, not everywhere: Kubernetes lets everybody who is authenticated discover APIs there. */
function isEveryUrl(url: string): boolean {
  return url === '*' || url === '/*';
}

/** The first right that holds a wildcard, if the lists make up any right at all. */
function wildcardRight(...lists: readonly (readonly string[])[]): string | undefined {
  const [verb, group, resource] = lists.map(wildcardOrFirst);
  if (verb === undefined || group === undefined || resource === undefined) return undefined;
  return hasWildcard(verb, group, resource) ? describeRight({ verb, group, resource }) : undefined;
}

function wildcardOrFirst(list: readonly string[]): string | undefined {
  return list.find((text) => hasWildcard(text)) ?? list[0];
}

function hasWildcard(...texts: readonly string[]): boolean {
  return texts.some((text) => text.includes('*'));
}

function grantOf(rule: RbacRule, broad: BroadRight): string | undefined {
  const verb = firstOf(rule.verbs, broad.verbs);
  const group = firstOf(rule.apiGroups, broad.groups);
  const resource = firstOf(rule.resources, broad.resources);
  if (verb === undefined || group === undefined || resource === undefined) return undefined;
  return broad.resources !== undefined && isNarrowed(rule) ? undefined : describeRight({ verb, group, resource });
}

/** The first of a list that is wanted; where nothing particular is, the first. */
function firstOf(list: readonly string[] = [], wanted: readonly string[] | undefined): string | undefined {
  return list.find((text) => wanted === undefined || wanted.includes(text));
}

/** A request for no object in particular, such as a list, has the empty name: a rule that names it allows all. */
function isNarrowed({ resourceNames = [] }: RbacRule): boolean {
  return resourceNames.length > 0 && !resourceNames.includes('');
}
