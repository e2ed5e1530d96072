import { toldTooLong } from '../api/exception.ts';
import type { ExceptionStanding, SecurityException } from '../api/exception.ts';
import { MAX_MATCHED_NAMES } from '../api/exception-status.ts';
import type { ExceptionStatus } from '../api/exception-status.ts';
import { cut } from './bounds.ts';
import type { ConditionReason } from './condition-reasons.ts';
import { condition } from './conditions.ts';
import type { Verdicted } from './conditions.ts';
import { timed } from './timed.ts';

/** Of a list or a fault a message quotes so much: the next command needs room too. */
const MAX_LIST = 200;
const MAX_PROBLEM = 512;

/** What an exception's status is made of. */
export interface ExceptionSituation {
  readonly exception: SecurityException;
  readonly standing: ExceptionStanding;
  readonly maxDurationMs: number;
  /** Slots covered, by namespace; namespaces without any may be among them. */
  readonly covered: ReadonlyMap<string, number>;
  /** Namespaces it selects that were not looked at since it is as it is. */
  readonly unseen: number;
  readonly previous?: ExceptionStatus;
  /** RFC 3339. */
  readonly now: string;
}

/** An exception's status: the same content where nothing happened, so that nothing is written. */
export function exceptionStatus(situation: ExceptionSituation): ExceptionStatus {
  const { exception, covered, standing, now, previous } = situation;
  const matched = standing === 'active' ? [...covered].filter(([, slots]) => slots > 0).toSorted(byName) : [];
  const slots = matched.reduce((sum, [, count]) => sum + count, 0);
  const reach = { namespaces: matched.length, slots };
  return {
    observedGeneration: exception.generation,
    conditions: decideConditions(situation, reach).map((each) =>
      timed(each, { previous: previous?.conditions, generation: exception.generation, now }),
    ),
    matched: { ...reach, names: matched.slice(0, MAX_MATCHED_NAMES).map(([name]) => name) },
  };
}

interface Reach {
  readonly namespaces: number;
  readonly slots: number;
}

/**
 * Ready means "dealt with as its spec demands", also where that is nothing any more: an exception that somebody forgot
 * in git must not fail the whole of it. What wants a look is Degraded.
 */
function decideConditions(situation: ExceptionSituation, reach: Reach): readonly Verdicted[] {
  const { exception, standing, unseen, maxDurationMs } = situation;
  const { name, effect, expirationTime, problems } = exception;
  switch (standing) {
    case 'invalid':
      return stalled('InvalidSpec', `it has no effect: ${toldProblems(problems)}`);
    case 'tooLong':
      return stalled('TooLong', `${toldTooLong(maxDurationMs)}; next: kubectl edit secexc ${name}`);
    case 'expired':
      return finding('Expired', `ended at ${expirationTime} and covers nothing; next: kubectl delete secexc ${name}`);
    case 'deleting':
    case 'active':
      break;
  }
  if (unseen > 0) {
    const message = 'not all the namespaces it selects have been looked at';
    return [
      condition('Ready', 'Unknown', 'Progressing', message),
      condition('Reconciling', 'True', 'Progressing', message),
    ];
  }
  if (reach.slots === 0) return finding('MatchesNothing', nothing(exception));
  const where = `${counted(reach.slots, 'slot')} in ${counted(reach.namespaces, 'namespace')}`;
  return [condition('Ready', 'True', 'InEffect', `${effect} covers ${where} until ${expirationTime}`)];
}

function stalled(reason: ConditionReason, message: string): readonly Verdicted[] {
  return [condition('Ready', 'False', reason, message), condition('Stalled', 'True', reason, message)];
}

function finding(reason: ConditionReason, message: string): readonly Verdicted[] {
  return [condition('Ready', 'True', reason, message), condition('Degraded', 'True', reason, message)];
}

function nothing({ policyNames, slots }: SecurityException): string {
  const whose = policyNames === undefined ? 'no policy' : `none of ${cut(policyNames.join(', '), MAX_LIST)}`;
  const which = slots === undefined ? 'a slot' : `one of ${cut(slots.join(', '), MAX_LIST)}`;
  const check = 'check namespaceSelector, includeNames, policyNames and slots';
  return `covers nothing: where it selects, ${whose} asks for ${which}; ${check}; next: kubectl get csecpol,ns --show-labels`;
}

function toldProblems(problems: SecurityException['problems']): string {
  const [problem] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  if (problem === undefined) return more;
  const field = problem.path.replaceAll(/\[[^\]]*\]/g, '');
  const told = cut(`${problem.path}: ${problem.message}`, MAX_PROBLEM);
  return `${told}${more}; next: kubectl explain securityexceptions.${field}`;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}
