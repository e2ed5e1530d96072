import { RESERVED_PREFIX } from './role-schema.ts';
import type { RoleEntry, Subject } from './role-schema.ts';
import type { Flaw, FoldContext, NamespaceFacts } from './slot-kind.ts';

/** Set by the API server on every namespace and unchangeable; manifests seldom spell it out. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A subject as a RoleBinding names it; defaults are filled in later. */
export interface BoundSubject {
  readonly kind: Subject['kind'];
  readonly name: string;
  readonly namespace?: string;
}

/** Whom an entry binds in a namespace, and why not everyone it means. */
export interface Resolved {
  readonly subjects: readonly BoundSubject[];
  readonly flaw?: Flaw;
}

type Where = Pick<FoldContext, 'namespace' | 'operator'>;
type Verdict = { readonly bound: BoundSubject } | { readonly flaw: Pick<Flaw, 'reason' | 'message'> };

/**
 * Gives each subject its name in a namespace. One that has none, or a forbidden one, is left out: where nobody is left
 * there is to be no binding at all, since an old one would go on granting.
 */
export function resolveSubjects({ subjects }: RoleEntry, { namespace, operator }: Where): Resolved {
  const verdicts = subjects.map((subject, index) => {
    const verdict = resolve(subject, `subjects[${index}]`, namespace);
    if (operator === undefined || 'flaw' in verdict || userOf(verdict.bound) !== operator) return verdict;
    return bindsOperator(index, operator);
  });
  const bound = verdicts.flatMap((verdict) => ('bound' in verdict ? [verdict.bound] : []));
  const [first, ...more] = verdicts.flatMap((verdict) => ('flaw' in verdict ? [verdict.flaw] : []));
  if (first === undefined) return { subjects: bound };
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const rest = bound.length === 0 ? 'nobody is left to bind, so there is no RoleBinding' : 'the others are bound';
  const flaw: Flaw = { reason: first.reason, message: `${first.message}${others}; ${rest}` };
  return { subjects: bound, flaw: bound.length === 0 ? { ...flaw, absent: true } : flaw };
}

/** A service account without a namespace is one of the bound namespace: one policy serves every team. */
function resolve({ kind, name, namespace, nameFrom }: Subject, path: string, bound: NamespaceFacts): Verdict {
  if (nameFrom === undefined) {
    const home = kind === 'ServiceAccount' ? { namespace: namespace ?? bound.name } : {};
    return { bound: { kind, name: name ?? '', ...home } };
  }
  const { label, prefix, suffix = '' } = nameFrom;
  const value = labelValue(label, bound);
  if (value === '') {
    const remedy = `kubectl label namespace ${bound.name} ${label}=VALUE`;
    return flawed('LabelMissing', `${path} takes its name from the label ${label}, which is missing here: ${remedy}`);
  }
  const made = `${prefix}${value}${suffix}`;
  if (made.startsWith(RESERVED_PREFIX)) {
    const why = `names beginning with ${RESERVED_PREFIX} are Kubernetes' own`;
    return flawed('LabelForbidden', `${path}: the label ${label} makes it ${made}, and ${why}: change the label`);
  }
  return { bound: { kind, name: made } };
}

/** The user behind a subject, as authenticators spell service accounts; undefined for a group. */
function userOf({ kind, name, namespace = '' }: BoundSubject): string | undefined {
  if (kind === 'Group') return undefined;
  return kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`;
}

/** What it may grant is not for it to have: whoever writes policies would otherwise raise the ceiling. */
function bindsOperator(index: number, operator: string): Verdict {
  const remedy = 'take it out of the policy';
  return flawed(
    'BindsOperator',
    `subjects[${index}] is Parapet itself (${operator}), which binds nothing to itself: ${remedy}`,
  );
}

function labelValue(label: string, { name, labels }: NamespaceFacts): string {
  if (label === NAME_LABEL) return name;
  // Keys are data: one called `constructor` must not find what an object inherits.
  return Object.hasOwn(labels, label) ? (labels[label] ?? '') : '';
}

function flawed(reason: Flaw['reason'], message: string): Verdict {
  return { flaw: { reason, message } };
}
