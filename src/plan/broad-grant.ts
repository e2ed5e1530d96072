import type { Content } from '../slots/slot-kind.ts';
import { broadRole } from '../widening/broad-role.ts';
import type { BroadGrant } from '../widening/broad-role.ts';
import { readRules } from './read-stranger.ts';
import type { Binding, BoundSubject } from './read-stranger.ts';
import type { ClusterRoles } from './snapshot.ts';

type Scope = 'namespace' | 'cluster';

/** By content: a ClusterRole is judged once, however many namespaces bind it. */
const judged = {
  namespace: new WeakMap<Content, { readonly grant: BroadGrant | undefined }>(),
  cluster: new WeakMap<Content, { readonly grant: BroadGrant | undefined }>(),
};

/** What makes a role broad where it is bound; undefined where nothing does. */
export function broadGrant(role: Content, scope: Scope): BroadGrant | undefined {
  const known = judged[scope].get(role) ?? { grant: broadRole(readRules(role), scope) };
  judged[scope].set(role, known);
  return known.grant;
}

/** The same of a ClusterRoleBinding's role. `bind` on ClusterRoles by name counts for what these are. */
export function broadClusterGrant(role: Content, clusterRoles: ClusterRoles): BroadGrant | undefined {
  const grant = broadGrant(role, 'cluster');
  if (grant?.reason !== 'GrantsEscalation') return grant;
  return broadRole(readRules(role), 'cluster', (name) => {
    const named = clusterRoles.get(name);
    return named === undefined ? undefined : readRules(named);
  });
}

/** `binds ClusterRole/edit, which grants "list secrets", to Group dev and 2 more`. */
export function tellGrant({ role, subjects }: Binding, right: string): string {
  const [first] = subjects;
  const more = subjects.length > 1 ? ` and ${subjects.length - 1} more` : '';
  return `binds ${role.kind}/${role.name}, which grants "${right}", to ${spelled(first)}${more}`;
}

function spelled(subject: BoundSubject | undefined): string {
  if (subject === undefined) return 'nobody';
  const { kind, name, namespace } = subject;
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}
