import type { Call, KubeClient } from '../../src/kube/client.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { queryString } from '../../src/kube/resource-path.ts';
import type { WrittenRequest } from './judge.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
}

/** What the operator holds, and so may grant. */
const CEILING: Rule = { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['pods', 'services'] };
const BINDABLE = ['view'];

/** An API server that keeps nothing, notes every request, and lets nobody grant what the operator doesn't hold. */
export interface RecordingServer {
  readonly client: KubeClient;
  readonly requests: WrittenRequest[];
}

export function recordingServer(): RecordingServer {
  const requests: WrittenRequest[] = [];
  let created = 0;
  const request = async (call: Call): Promise<Reply> => {
    requests.push({ method: call.method, target: call.path + queryString(call.query ?? {}), body: call.body });
    if (grantsTooMuch(call)) return { status: 403, body: refusal };
    if (call.method === 'DELETE') return { status: 200, body: { kind: 'Status' } };
    const uid = `uid-${(created += 1)}`;
    return { status: 200, body: { metadata: { name: 'as-sent', uid, resourceVersion: String(created) } } };
  };
  const client: KubeClient = {
    request,
    stream: () => {
      throw new Error('nothing is watched here');
    },
    learnt: { watchListRefused: false },
    close: async () => {},
  };
  return { client, requests };
}

const refusal = {
  kind: 'Status',
  status: 'Failure',
  code: 403,
  message: 'user "parapet" is attempting to grant RBAC permissions not currently held',
};

/** As RBAC's own escalation check, for a Role that is created or patched, and a binding to a ClusterRole. */
function grantsTooMuch({ body }: Call): boolean {
  const operations = Array.isArray(body) ? (body as readonly { path: string; value: unknown }[]) : [];
  const patched = operations.find(({ path }) => path === '/rules')?.value;
  const { rules = [], roleRef } = (patched === undefined ? body : { rules: patched }) as {
    readonly rules?: readonly Rule[];
    readonly roleRef?: { readonly kind: string; readonly name: string };
  };
  if (roleRef?.kind === 'ClusterRole' && !BINDABLE.includes(roleRef.name)) return true;
  return rules.some((rule) =>
    (['verbs', 'apiGroups', 'resources'] as const).some(
      (list) => !(rule[list] ?? []).every((each) => CEILING[list].includes(each)),
    ),
  );
}
