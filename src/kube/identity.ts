import type { Resource } from '../slots/kube-object.ts';
import { asObject } from '../slots/canonical.ts';
import type { KubeClient } from './client.ts';
import { silentLog } from './observer.ts';
import type { Log } from './observer.ts';
import { statusMessage } from './reply.ts';
import { collectionPath } from './resource-path.ts';
import { backoffDelay, systemTiming } from './timing.ts';
import type { Timing } from './timing.ts';

export interface IdentityOptions {
  readonly client: KubeClient;
  /** It was learnt after `ready`: plans were made without it. */
  readonly onLearnt: () => void;
  readonly log?: Log;
  readonly timing?: Timing;
}

/** Allowed to everybody who is authenticated: Kubernetes' own `system:basic-user`. */
const REVIEW: Resource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  namespaced: false,
};
const DEADLINE_MS = 5_000;
const BACKOFF = { minMs: 1_000, maxMs: 60_000 };

/** Who the API server takes this process for: nothing may be bound to it. */
export class Identity {
  /** Resolves with the first answer, whatever it is: who can't be told from others must not keep others waiting. */
  readonly ready: Promise<void>;
  readonly #options: IdentityOptions;
  readonly #resolveReady: () => void;
  #username: string | undefined;

  constructor(options: IdentityOptions) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#resolveReady = resolve;
    this.#options = options;
  }

  /** Such as `system:serviceaccount:parapet-system:parapet`; undefined as long as it isn't known. */
  username(): string | undefined {
    return this.#username;
  }

  /** Asks until it is told, or the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { timing = systemTiming, onLearnt } = this.#options;
    for (let failures = 0; !signal.aborted; failures += 1) {
      this.#username = await this.#ask(signal);
      this.#resolveReady();
      if (this.#username !== undefined) return failures === 0 ? undefined : onLearnt();
      await timing.sleep(backoffDelay(BACKOFF, failures, timing.random), signal);
    }
    this.#resolveReady();
  }

  async #ask(signal: AbortSignal): Promise<string | undefined> {
    const { client, log = silentLog } = this.#options;
    const body = { apiVersion: `${REVIEW.group}/${REVIEW.version}`, kind: REVIEW.kind };
    const call = { method: 'POST', path: collectionPath(REVIEW), body, storesNothing: true } as const;
    try {
      const reply = await client.request({ ...call, signal, deadlineMs: DEADLINE_MS });
      if (reply.status < 300) return usernameOf(reply.body);
      log.warn('own identity not known', { reason: statusMessage(reply.status, reply.body) });
    } catch (error) {
      if (!signal.aborted) log.warn('own identity not known', { reason: String(error) });
    }
    return undefined;
  }
}

function usernameOf(review: unknown): string | undefined {
  const { username } = asObject(asObject(asObject(review)['status'])['userInfo']);
  return typeof username === 'string' && username !== '' ? username : undefined;
}
