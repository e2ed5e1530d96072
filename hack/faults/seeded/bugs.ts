import type { Bug } from './bug.ts';

/** Each is a mistake that an operator of somebody else's has made; together they say what the campaign can see. */
export const bugs: readonly Bug[] = [
  {
    id: 'delete-by-name',
    standsFor: 'a delete without preconditions hits whatever bears the name by now (Sieve, unobserved recreation)',
    file: 'src/kube/apply.ts',
    text: 'preconditions: { uid, resourceVersion },',
    replacement: '...void [uid, resourceVersion],',
    plans: ['networkpolicies-squatted-policy-deleted/watch networkpolicies/held'],
  },
  {
    id: 'patch-by-name',
    standsFor: 'a patch decided on one object changes the one that has taken its place (lost update)',
    file: 'src/kube/apply.ts',
    text: "{ op: 'replace', path: '/metadata/uid', value: uid },\n    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },",
    replacement: '...(void [uid, resourceVersion] ?? []),',
    plans: ['resourcequotas-squatted-policy-changed/watch resourcequotas/held'],
  },
  {
    id: 'cut-list-is-a-list',
    standsFor: 'a list that failed half-way is read as if what is missing did not exist (CVE-2025-46342 and its like)',
    file: 'src/kube/reflector.ts',
    text: `    } finally {
      pending.discard();
    }
    if (!complete) throw new TransportError('Malformed', 'the stream of the list ended before the list did');`,
    replacement: `    } finally {
      if (!complete) this.#replace(pending.complete(), this.#options.store.version);
    }`,
    plans: ['drift-delete/watch namespaces/gone-list-cut'],
  },
  {
    id: 'version-before-store',
    standsFor: 'the resourceVersion moves on before the store has what it stands for (Pepr PR #3052)',
    file: 'src/kube/reflector.ts',
    text: 'else this.#guarded(event.object, () => pending.take(event));',
    replacement: `else {
          this.#version = newerOf(this.#version, event.object.metadata.resourceVersion ?? '');
          this.#guarded(event.object, () => pending.take(event));
        }`,
    plans: ['create/operator/lists-cut-at-start'],
  },
  {
    id: 'gone-is-ignored',
    standsFor: '410 Gone is retried like any other error, with the version that is gone',
    file: 'src/kube/reflector.ts',
    text: "if (isCompacted(error)) this.#version = '';",
    replacement: 'void isCompacted;',
    plans: ['drift-delete/watch networkpolicies/gone-as-status'],
  },
  {
    id: 'relist-keeps-vanished',
    standsFor: 'a new list is laid over the store, and what it lacks stays there for ever',
    file: 'src/kube/store.ts',
    text: 'if (held && !fresh && !listed.has(value.uid)) this.#deleted(namespace, value, arrival);',
    replacement: 'void [held, fresh, arrival];',
    plans: ['drift-delete/watch networkpolicies/gone-in-stream'],
  },
  {
    id: 'lost-requeue',
    standsFor: 'a failed reconcile is taken off the queue and never tried again (swallowed rejection)',
    file: 'src/controller/workers.ts',
    text: "if (next.when === 'backoff') return namespaces.retry(item.key, next.atLeastMs);",
    replacement: "if (next.when === 'backoff') return namespaces.forget(item.key);",
    plans: ['drift-delete/operator/writes-refused'],
  },
  {
    id: 'unknown-is-done',
    standsFor: 'a write whose connection broke is taken for written',
    file: 'src/kube/apply.ts',
    text: "return { result: 'retry', message: error.message };",
    replacement: "return { result: 'done' };",
    plans: ['create/create limitranges NS/parapet-limits #1/reset-before'],
  },
  {
    id: 'own-create-is-foreign',
    standsFor: "after a create of unknown outcome the object is there and taken for somebody else's",
    file: 'src/plan/ownership.ts',
    text: `  if (live.labels[slotLabel] === live.name) return 'ours';
  if (live.managers.includes(fieldManager)) return 'ours';`,
    replacement: '  void [slotLabel, fieldManager];',
    plans: ['create/create networkpolicies NS/parapet-default-deny #1/lost-reset'],
  },
  {
    id: 'finalizer-conflict-is-done',
    standsFor: 'a finalizer counts as written although the API server said 409 (dot-i/k8s-operator 1.3.9)',
    file: 'src/controller/publish-policy.ts',
    text: "if (outcome.result === 'stale') return false;",
    replacement: "if (outcome.result === 'stale') return true;",
    plans: ['create/patch clustersecuritypolicies POLICY #1/reply-409'],
  },
  {
    id: 'report-before-objects',
    standsFor: 'the status says well before the writes are tried, and stays so when the process dies between',
    file: 'src/controller/reconcile-namespace.ts',
    text: '  const { planned, outcomes } = await planAndApply(',
    replacement: `  const early = plan(snapshot);
  const asWritten = new Map(early.slots.map(({ slot }) => [slot, { result: 'done' } as const]));
  await publishPosture({ report: settle(early, asWritten), previous, addedAt }, deps);
  const { planned, outcomes } = await planAndApply(`,
    plans: ['create/create networkpolicies NS/parapet-default-deny #1/reply-500'],
  },
  {
    id: 'deny-recreated',
    standsFor: 'a default-deny that differs is deleted and created anew: the namespace stands open in between',
    file: 'src/plan/slot-plan.ts',
    text: 'if (objectKind.needsRecreate?.(live.content, desired.content)) {',
    replacement: 'if (objectKind.needsRecreate?.(live.content, desired.content) ?? true) {',
    plans: ['drift-edit/watch networkpolicies/reset'],
  },
  {
    id: 'writes-without-lease',
    standsFor: 'a leader that could not renew goes on writing beside its successor',
    file: 'src/kube/lease.ts',
    text: 'return this.#leader && this.#remainingMs() > 0;',
    replacement: 'return this.#leader;',
    plans: ['drift-delete/operator/lease-refused'],
  },
];
