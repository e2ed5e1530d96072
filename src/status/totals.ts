import { MAX_WORST } from '../api/policy-status.ts';
import type { WorstSlot } from '../api/policy-status.ts';
import { severity } from './severity.ts';
import type { ContestedSlot, SlotBrief, Verdict } from './verdict.ts';

/** A slot somewhere, as an example for a message. */
type Example = SlotBrief & { readonly namespace: string };

/** A policy's namespaces, counted. Constant in size however many there are. */
export interface Totals {
  readonly matched: number;
  readonly compliant: number;
  readonly drifted: number;
  readonly blocked: number;
  readonly held: number;
  readonly exempt: number;
  /** Not yet reconciled at this generation, or with a write still due. */
  readonly pending: number;
  readonly openDrift: number;
  /** The worst namespaces, worst first, then by name; at most 20. */
  readonly worst: readonly WorstSlot[];
  /** Namespaces that are not compliant and not listed in `worst`. */
  readonly truncated: number;
  /** A write that only admins can make possible: beyond the ceiling, or a right the operator lacks. */
  readonly refused?: Example;
  readonly refusedNamespaces: number;
  /** A write that failed for a cause outside its namespace, if all is as it seems. */
  readonly failing?: Example;
  readonly failingNamespaces: number;
  /** Something a tenant caused. */
  readonly degraded?: Example;
  readonly degradedNamespaces: number;
  readonly conflict?: { readonly namespace: string; readonly slot: string; readonly winner: string };
  readonly conflictedNamespaces: number;
  /** An object that somebody else keeps changing. */
  readonly contested?: ContestedSlot & { readonly namespace: string };
  readonly contestedNamespaces: number;
}

/**
 * Counts verdicts.
 * @param matched how many namespaces the policy selects; those without a verdict are pending
 */
export function total(unsorted: readonly Verdict[], matched: number): Totals {
  // Once for all that follows: ten thousand names take their time.
  const verdicts = unsorted.toSorted(byNamespace);
  const inState = (state: Verdict['state']): readonly Verdict[] =>
    verdicts.filter((verdict) => verdict.state === state);
  const found = verdicts.filter((verdict) => verdict.worst !== undefined);
  const open = found.toSorted(worstFirst);
  const refused = examples(verdicts, isAdminsToMend);
  const failing = outsideFailures(verdicts);
  const degraded = examples(found, isTenants);
  const conflicts = verdicts.filter((verdict) => verdict.conflict !== undefined);
  const contested = verdicts.flatMap(({ namespace, contested: [slot] }) =>
    slot === undefined ? [] : [{ ...slot, namespace }],
  );
  return {
    matched,
    compliant: inState('Compliant').length,
    drifted: inState('Drifted').length,
    blocked: inState('Blocked').length,
    held: inState('Held').length,
    exempt: inState('Exempt').length,
    pending: matched - verdicts.length + inState('Pending').length,
    openDrift: verdicts.reduce((sum, { drift }) => sum + Object.values(drift).reduce((a, b) => a + b, 0), 0),
    worst: open.slice(0, MAX_WORST).flatMap(worstNamespace),
    truncated: Math.max(0, open.length - MAX_WORST),
    ...first('refused', refused),
    refusedNamespaces: refused.length,
    ...first('failing', failing),
    failingNamespaces: failing.length,
    ...first('degraded', degraded),
    degradedNamespaces: degraded.length,
    ...first(
      'conflict',
      conflicts.flatMap(({ namespace, conflict }) => (conflict === undefined ? [] : [{ namespace, ...conflict }])),
    ),
    conflictedNamespaces: conflicts.length,
    ...first('contested', contested),
    contestedNamespaces: contested.length,
  };
}

/** One example a namespace, in their order. */
function examples(verdicts: readonly Verdict[], matches: (slot: SlotBrief) => boolean): readonly Example[] {
  return verdicts.flatMap((verdict) => {
    const slots = verdict.worst === undefined ? verdict.failing : [...verdict.failing, verdict.worst];
    const slot = slots.find(matches);
    return slot === undefined ? [] : [{ ...slot, namespace: verdict.namespace }];
  });
}

/** Only the policy's author or the platform's admins can mend it. */
const ADMINS: ReadonlySet<string> = new Set(['BeyondGrantable', 'PermissionDenied', 'BindsOperator', 'RoleMissing']);

function isAdminsToMend(slot: SlotBrief): boolean {
  return slot.state === 'Blocked' && ADMINS.has(slot.reason);
}

/** Drift that only a namespace's own people can end. */
const TENANTS: ReadonlySet<string> = new Set(['Foreign', 'Competing', 'Widened', 'Held']);

/** Others' objects, running workloads, full quotas, a webhook in one namespace, namespaces on their way out. */
function isTenants(slot: SlotBrief): boolean {
  return slot.state === 'Blocked' ? !isAdminsToMend(slot) : TENANTS.has(slot.state);
}

/** Failures that point at the cluster: no answer or 5xx anywhere, or a webhook that refuses in every namespace tried. */
function outsideFailures(verdicts: readonly Verdict[]): readonly Example[] {
  const unanswered = examples(verdicts, (slot) => slot.state !== 'Blocked' && slot.reason === 'Retrying');
  if (unanswered.length > 0) return unanswered;
  const webhook = examples(verdicts, (slot) => slot.refusal === 'webhook');
  return webhook.length > 1 && webhook.length === verdicts.length ? webhook : [];
}

function worstNamespace({ namespace, worst }: Verdict): readonly WorstSlot[] {
  return worst === undefined ? [] : [{ namespace, state: worst.state, slot: worst.slot, message: worst.message }];
}

/** Keeps the order of equals. */
function worstFirst(a: Verdict, b: Verdict): number {
  return severity(a.state) - severity(b.state);
}

function byNamespace(a: Verdict, b: Verdict): number {
  return a.namespace < b.namespace ? -1 : 1;
}

function first<K extends string, T>(key: K, items: readonly T[]): { readonly [P in K]?: T } {
  const [item] = items;
  return item === undefined ? {} : ({ [key]: item } as { readonly [P in K]: T });
}
