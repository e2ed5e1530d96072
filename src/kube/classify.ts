import { GRANTABLE_LABEL } from '../api/grantable.ts';
import type { Outcome, RefusalCause } from '../plan/outcome.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import { statusBody, statusMessage, type Reply, type StatusBody } from './reply.ts';

/** The verbs Parapet writes with. */
export type WriteMethod = 'POST' | 'PATCH' | 'DELETE';

/** One row of the table: the first that holds decides. */
interface Row {
  readonly when: (write: Answered) => boolean;
  readonly then: (write: Answered) => Outcome;
}

interface Answered {
  readonly method: WriteMethod;
  readonly reply: Reply;
  readonly message: string;
  /** Undefined where something between us and the API server answered. */
  readonly status: StatusBody | undefined;
}

// The prefixes the API server itself writes; what follows them is the webhook's text and decides nothing.
const WEBHOOK =
  /^admission webhook ".*" denied the request|ValidatingAdmissionPolicy '.*' with binding '.*' denied request/;
const CEILING = /attempting to grant/;
// The latter where a quota is so new that nothing has been counted yet.
const QUOTA = /exceeded quota:|status unknown for quota:/;
// A JSON Patch for another version: its place is gone (all labels were stripped), which shows before the version does.
const UNFIT = /^the server rejected our request due to an error in our request/;

/** So many of the rules it misses are told: a ClusterRole such as `admin` has a hundred. */
const MAX_MISSING = 5;

const TABLE: readonly Row[] = [
  { when: ({ reply }) => reply.status < 300, then: done },
  { when: ({ reply }) => reply.status === 429 || reply.status >= 500, then: retry },
  // A login page or a gateway's 403 says nothing about the object.
  { when: ({ status }) => status === undefined, then: retry },
  { when: ({ status }) => hasCause(status, 'NamespaceTerminating'), then: gone },
  { when: ({ reply, status }) => reply.status === 404 && status?.details?.kind === 'namespaces', then: gone },
  { when: ({ method, reply }) => method === 'DELETE' && reply.status === 404, then: () => ({ result: 'done' }) },
  { when: ({ method, reply }) => method === 'PATCH' && reply.status === 404, then: stale },
  { when: ({ message }) => WEBHOOK.test(message), then: refused('webhook') },
  { when: ({ reply }) => reply.status === 409, then: stale },
  {
    when: ({ method, reply, message }) => method === 'PATCH' && reply.status === 422 && UNFIT.test(message),
    then: stale,
  },
  { when: ({ reply, status }) => reply.status === 422 && isUidChange(status), then: stale },
  { when: ({ reply, message }) => reply.status === 403 && CEILING.test(message), then: beyondCeiling },
  { when: ({ reply, message }) => reply.status === 403 && QUOTA.test(message), then: refused('quota') },
  { when: ({ reply }) => reply.status === 403, then: refused('permission') },
  // The kubeconfig's credentials, not this object's fault; they are renewed meanwhile.
  { when: ({ reply }) => reply.status === 401 || reply.status === 408, then: retry },
];

/** What an answer to a write means. All that isn't listed, 400 and 422 above all, is bad input. */
export function classify(method: WriteMethod, reply: Reply): Outcome {
  const message = statusMessage(reply.status, reply.body);
  const answered = { method, reply, message, status: statusBody(reply.body) };
  const row = TABLE.find(({ when }) => when(answered));
  return row === undefined ? refused('invalid')(answered) : row.then(answered);
}

function done({ method, reply }: Answered): Outcome {
  if (method !== 'DELETE') return { result: 'done', object: reply.body as KubeObject };
  const waiting = pendingFinalizers(reply.body);
  if (waiting.length === 0) return { result: 'done' };
  return {
    result: 'refused',
    cause: 'finalizer',
    message: `deleted, but kept by its finalizers: ${waiting.join(', ')}`,
  };
}

/** A delete is answered with a Status when the object is gone, and with the object when finalizers keep it. */
function pendingFinalizers(body: unknown): readonly string[] {
  return (body as Partial<KubeObject> | undefined)?.metadata?.finalizers ?? [];
}

function gone(): Outcome {
  return { result: 'gone' };
}

function stale({ message }: Answered): Outcome {
  return { result: 'stale', message };
}

function retry({ reply, message }: Answered): Outcome {
  return { result: 'retry', message, ...(reply.retryAfterMs === undefined ? {} : { afterMs: reply.retryAfterMs }) };
}

function refused(cause: RefusalCause): (answered: Answered) => Outcome {
  return ({ message }) => ({ result: 'refused', cause, message });
}

/**
 * The API server lists the rules it misses in Go's syntax, after who is asking and in which groups. What the reader
 * needs is the rules, and what to do about them.
 */
function beyondCeiling({ message }: Answered): Outcome {
  const rules = message.matchAll(
    /\{APIGroups:\[([^\]]*)\][^{}]*Resources:\[([^\]]*)\][^{}]*Verbs:\[([^\]]*)\][^{}]*\}/g,
  );
  const missing = [...rules].map(([, groups = '', resources = '', verbs = '']) => {
    const group = unquote(groups);
    return `${unquote(verbs)} on ${unquote(resources)}${group === '' ? '' : ` in ${group}`}`;
  });
  const more = missing.length > MAX_MISSING ? ' and more' : '';
  const what = missing.length === 0 ? message : missing.slice(0, MAX_MISSING).join('; ') + more;
  const remedy = `add it to a ClusterRole labelled ${GRANTABLE_LABEL}=true (sample: config/rbac/grantable-view.yaml), or take it out of the policy`;
  return { result: 'refused', cause: 'ceiling', message: `grants what Parapet may not grant: ${what}; ${remedy}` };
}

/** Go prints a list of strings as `"get" "list"`. */
function unquote(list: string): string {
  return list.replaceAll('" "', ', ').replaceAll('", "', ', ').replaceAll('"', '');
}

function hasCause(status: StatusBody | undefined, reason: string): boolean {
  return status?.details?.causes?.some((cause) => cause.reason === reason) ?? false;
}

/** Recreated meanwhile: our uid precondition looks like an attempt to change an immutable field. */
function isUidChange(status: StatusBody | undefined): boolean {
  return status?.details?.causes?.some((cause) => cause.field === 'metadata.uid') ?? false;
}
