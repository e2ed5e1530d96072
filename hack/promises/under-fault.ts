import { proof } from './promise.ts';
import type { CommittedFigure, Promised } from './promise.ts';

const FAULTS = 'faults.json';

/** @param kinds what the plans do, and the names of their kinds in the results */
function faults(kinds: Readonly<Record<string, string>>): readonly CommittedFigure[] {
  const counted = Object.entries(kinds).map(([what, kind]) => ({ file: FAULTS, what, path: `kinds.${kind}` }));
  return [...counted, { file: FAULTS, what: 'plans that failed, of all in the campaign', path: 'failed' }];
}

/** 1 to 6: calls that fail and watches that lie. */
export const UNDER_FAULT: readonly Promised[] = [
  {
    promise: 'Wherever it is killed, the next one finishes the work and does nothing twice.',
    fault: 'SIGKILL before and after the commit of each call of eight scenarios',
    target: 'no plan of the campaign fails',
    proofs: [
      proof(
        'cluster/crash.test.ts',
        'An operator that is killed while it converges many namespaces',
        'is followed by one that finishes the work: nothing twice, nothing deleted, nothing left over',
        'leaves no namespace half done',
        'leaves nothing to write for the next one',
      ),
      proof(
        'cluster/deletion-restart.test.ts',
        'A policy with deletionPolicy Delete, while the operator comes and goes',
        'is cleaned up by the next one where it is killed half-way, each object deleted once',
      ),
    ],
    figures: faults({ 'plans that kill it': 'kill-*' }),
  },
  {
    promise: 'Whatever a call is answered, or not answered, it ends where it would have ended, and stays alive.',
    fault: 'each call answered by an error, by something unreadable, slowly, or not at all',
    target: 'no plan of the campaign fails',
    proofs: [
      proof(
        'kube/client.test.ts',
        'createClient',
        'repeats a read whose connection broke, but not a write: it may have been committed',
        'calls a page of HTML malformed, without repeating it',
        'calls JSON that ends early malformed, without repeating it',
        'gives up at the deadline, and when the caller does',
      ),
      proof(
        'cluster/api-server.test.ts',
        'An API server that restarts under the operator',
        'costs it neither its leadership nor its life, and no namespace its objects',
      ),
    ],
    figures: faults({
      'plans with another answer': 'reply-*',
      'with a lost one': 'lost-*',
      'with a call that never arrived': 'reset-*',
    }),
  },
  {
    promise: 'What its caches tell late, or out of order, makes it write or delete nothing that was not meant.',
    fault: 'a watch that lags, a list from another time, an object deleted and created anew between two events',
    target: 'nothing is written to an object of another uid on the strength of what was known of the first',
    proofs: [
      proof(
        'kube/store.test.ts',
        'Store',
        'keeps a recreated object when the deletion of the first is told late',
        'does not take an own delete back for a list from before it',
      ),
      proof(
        'kube/store-model.test.ts',
        'Store against a model',
        'ends equal to the server whatever the order of events, replies and lists',
      ),
      proof(
        'cluster/kube-apply.test.ts',
        'applyChange on a real API server',
        'is stale on another version, a recreated object, and an absent one',
      ),
    ],
    figures: faults({ 'plans with a watch that lags': 'held' }),
  },
  {
    promise: 'It acts on how things stand, not on the events that led there.',
    fault: 'states that no watch ever showed, because history was lost in between',
    target: 'the end is the same as with every event seen',
    proofs: ['WatchList', 'paged lists'].map((mode) =>
      proof(
        'cluster/kube-reflector.test.ts',
        `Reflector on a real API server with ${mode}`,
        'ends equal to the server however its watch breaks in the middle of changes',
        'relists when history was lost with the old API server, and reports what vanished meanwhile',
      ),
    ),
    figures: faults({ 'plans with lost history': 'gone-*' }),
  },
  {
    promise: 'It misses no change, however often its watches break.',
    fault: 'ten tamperings a second over 500 namespaces, and a broken watch every few seconds',
    target: 'an auditor of its own counts no repair missed',
    proofs: [
      proof(
        'cluster/kube-watches.test.ts',
        'Ten watches of a real API server',
        'go on over a new connection when theirs breaks',
        'leave their connection when it has fallen silent, each within its limit',
      ),
      proof('cluster/drift.test.ts', 'Drift', 'is repaired where everything is deleted at once'),
    ],
    figures: [
      { file: 'soak.json', what: 'tamperings', path: 'tamperings' },
      { file: 'soak.json', what: 'repairs missed', path: 'missed' },
    ],
  },
  {
    promise: 'It notices soon that a watch is dead which nobody has closed.',
    fault: 'nothing more comes, and nothing goes',
    target: 'a new watch within 70 s, and what was tampered with is repaired within 5 s of it',
    proofs: [
      ...['WatchList', 'paged lists'].map((mode) =>
        proof(
          'cluster/kube-reflector.test.ts',
          `Reflector on a real API server with ${mode}`,
          'notices a connection that fell silent, within its limit',
        ),
      ),
      proof(
        'kube/client.test.ts',
        'createClient stream',
        'ends with an error after the inactivity limit, counted from the last byte',
      ),
    ],
    figures: faults({ 'plans with a black hole': 'blackhole' }),
  },
];
