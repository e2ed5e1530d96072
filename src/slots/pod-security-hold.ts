import { comparePodSecurity } from '../semantics/pod-security.ts';
import type { PodSecurity } from '../semantics/pod-security.ts';
import { asObject } from './canonical.ts';
import type { Content, Edit, Hold } from './slot-kind.ts';
import type { Workloads } from './workloads.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
/** Violations told in a message; each is a pod, how many more, and what they do. */
const TOLD = 3;

/**
 * Why a Pod Security level must not be enforced yet: pods that run violate it, and could not be created again. The API
 * server says so itself when the label is set in a dry run; it looks at 3,000 pods for a second at most, and what it has
 * not looked at is not known to be well (EvaluatePodsInNamespace of k8s.io/pod-security-admission).
 */
export function podSecurityHold(
  _name: string,
  { next, live }: Edit,
  { warnings }: Workloads,
): Hold | 'look' | undefined {
  const wanted = enforced(next);
  if (wanted === undefined || comparePodSecurity(wanted, enforced(live) ?? { level: 'privileged' }) <= 0) {
    return undefined;
  }
  if (warnings === undefined) return 'look';
  if (warnings === null) return unknown('the API server gave no answer');
  const verdict = warnings.findIndex((warning) => warning.startsWith('existing pods in namespace'));
  if (verdict >= 0) return violated(wanted.level, warnings.slice(verdict + 1).filter(isViolation));
  const partial = warnings.find((warning) => !isViolation(warning) && warning.includes('PodSecurity enforce level'));
  return partial === undefined ? undefined : unknown(partial);
}

function violated(level: string, violations: readonly string[]): Hold {
  const count = violations.reduce((sum, violation) => sum + podsIn(violation), 0);
  const more = violations.length > TOLD ? `; and ${violations.length - TOLD} more kinds of violations` : '';
  return {
    reason: 'PodsViolate',
    message: `${count} ${count === 1 ? 'pod violates' : 'pods violate'} ${level}: ${violations.slice(0, TOLD).join('; ')}${more}`,
  };
}

function unknown(why: string): Hold {
  return { reason: 'WorkloadsUnknown', message: `whether pods violate the level can't be told: ${why}` };
}

/** `web-1 (and 2 other pods): allowPrivilegeEscalation != false`: one line a kind of violation. */
function isViolation(warning: string): boolean {
  return /^[-a-z0-9.]+( \(and \d+ other pods?\))?: /.test(warning);
}

function podsIn(violation: string): number {
  return 1 + Number(/ \(and (\d+) other pods?\): /.exec(violation)?.[1] ?? 0);
}

function enforced(content: Content | undefined): PodSecurity | undefined {
  const labels = asObject(asObject(content?.['metadata'])['labels']);
  const [level, version] = [labels[ENFORCE], labels[`${ENFORCE}-version`]];
  return typeof level === 'string' ? { level, version: typeof version === 'string' ? version : undefined } : undefined;
}
