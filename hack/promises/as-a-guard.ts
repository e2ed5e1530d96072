import { proof } from './promise.ts';
import type { Promised } from './promise.ts';

/** 20 to 25: what nobody can make it do. */
export const AS_A_GUARD: readonly Promised[] = [
  {
    promise: 'Nobody can use it to reach beyond what it may do for them.',
    fault: 'policies, labels and objects made to mean harm, by the thousand',
    target: 'only its own kinds, only where policies select, nothing granted beyond the ceiling',
    proofs: [
      proof(
        'hostile/hostile-policies.test.ts',
        'Policies, namespaces and objects that mean harm',
        'make Parapet write nothing but its own kinds, where policies select, within any ceiling, at whole URLs',
      ),
      {
        file: 'cluster/hostile-policies.test.ts',
        titles: [
          'Hostile policies on a real API server * make the operator write nothing but its own kinds, where one of them selects, at whole URLs',
          'Hostile policies on a real API server * grant nothing beyond the ceiling',
          'Hostile policies on a real API server * leave the operator well: it answers to the next policy',
        ],
      },
      proof(
        'cluster/hostile-tenant.test.ts',
        'A tenant who means harm',
        'cannot push the default-deny out of the record with objects that claim to be ours',
        'gains nothing by a quota that keeps the report out, which the policy tells of',
      ),
      proof(
        'cluster/ceiling.test.ts',
        'A Role beyond what the operator may grant',
        'would be refused by the API server itself',
      ),
    ],
  },
  {
    promise: 'It has no permission that it does not need, and needs none that it does not have.',
    fault: 'each permission of config/rbac taken away in turn',
    target: 'each is used and missed; nothing else is asked for, and nothing denied in all the tests',
    proofs: [
      proof(
        'cluster/least-privilege.test.ts',
        'The permissions in config/rbac',
        'are each used, and nothing is asked beyond them',
        'let policies grant what the samples name, and no right of those is there in vain',
        'without the sample of what policies may grant are each granted once: where one is taken the API server says no',
        'without the sample of what policies may grant are missed, and named, where it may not *',
        'without the sample of what policies may grant are all among those that were missed',
      ),
      proof('api/rbac.test.ts', 'config/rbac', 'has no wildcard, no way to more permissions, and no Secrets'),
    ],
  },
  {
    promise: 'What it can’t know it does not take for nothing: it deletes nothing for an error’s sake.',
    fault: 'reads that fail, break off or are forbidden, at the start and later; namespaces that are going',
    target: 'no delete',
    proofs: [
      proof(
        'cluster/unread.test.ts',
        'An operator that cannot read',
        '*, deletes and opens nothing, and says what it waits for',
      ),
      proof(
        'kube/reflector.test.ts',
        'Reflector',
        'keeps the store while a list breaks off, and starts it again',
        'keeps what it knows while a kind is refused',
      ),
      proof('plan/plan.test.ts', 'plan', 'writes nothing in a terminating namespace'),
    ],
  },
  {
    promise: 'It changes and deletes only what is its own.',
    fault: 'objects of others on its names, before it and after it',
    target: 'left alone unless the policy adopts them; every delete names the uid',
    proofs: [
      proof(
        'cluster/strangers.test.ts',
        "A stranger's object on one of our names",
        'is left alone',
        'is still not ours after its owner changes it',
        'opens nothing: a default-deny of ours stands beside it, and is repaired',
      ),
      proof(
        'cluster/deletion.test.ts',
        'A policy with deletionPolicy Delete',
        'takes all its objects along, in safe order, and goes; what others put there stays as it is',
      ),
      proof(
        'cluster/kube-apply.test.ts',
        'applyChange on a real API server',
        'is stale on another version, a recreated object, and an absent one',
      ),
      proof(
        'plan/exempt.property.test.ts',
        'plan, over generated exceptions',
        'never writes or removes what is not ours',
      ),
    ],
  },
  {
    promise: 'Its metrics are true, and shown only to whom they concern.',
    fault: 'whoever asks: nobody, the wrong ServiceAccount, the right one; and load',
    target: '401, 403 and 200; counters equal to what went over the wire',
    proofs: [
      proof('cluster/convergence.test.ts', 'Convergence', 'counts in its metrics what the status says'),
      proof(
        'cluster/throttled.test.ts',
        'An API server that turns every other call away',
        'is counted call by call in the metrics',
      ),
    ],
    pending: 'part 4: authentication of whoever scrapes. Until then they are served on the loopback address.',
  },
  {
    promise: 'What is installed is what was built, and anybody can check it.',
    fault: 'a bundle, an image or a bill of materials that was tampered with',
    target: 'the documented command refuses each',
    proofs: [],
    pending: 'part 4.',
  },
];
