import type { KubeObject } from '../slots/kube-object.ts';

/** What became of one write. Replies are classified at the edge; the rest of the code never sees a status code. */
export type Outcome =
  /** Committed. `object` is the API server's answer, absent for a delete. */
  | { readonly result: 'done'; readonly object?: KubeObject }
  /** The namespace is terminating or gone: nothing to do, nothing to report. */
  | { readonly result: 'gone' }
  /** Decided on an old version (409, a recreated object, an object that is no longer or already there): look again. */
  | { readonly result: 'stale'; readonly message: string }
  /** Unknown or passing: timeouts, 429, 5xx, a broken connection. The write may have been committed. */
  | { readonly result: 'retry'; readonly afterMs?: number; readonly message: string }
  /** Not sent: repairs of this object, or of one it waits for, are paced, and its turn comes after so long. */
  | { readonly result: 'paced'; readonly afterMs: number; readonly message: string }
  /** A clear no, which asking again at once won't change. */
  | { readonly result: 'refused'; readonly cause: RefusalCause; readonly message: string };

/**
 * ceiling: RBAC "attempting to grant" (a Role beyond what the operator holds) · permission: the operator's own RBAC ·
 * webhook: an admission webhook or policy said no · quota: a quota of objects is full · finalizer: deleted, but somebody's
 * finalizers keep it · invalid: 422 or 400.
 */
export type RefusalCause = 'ceiling' | 'permission' | 'webhook' | 'quota' | 'finalizer' | 'invalid';
