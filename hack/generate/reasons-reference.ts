import { CONDITION_TYPES } from '../../src/api/policy-status.ts';
import type { ConditionType } from '../../src/api/policy-status.ts';
import { SLOT_STATES } from '../../src/api/report-schema.ts';
import { SLOT_REASONS } from '../../src/plan/slot-reasons.ts';
import type { SlotReason } from '../../src/plan/slot-reasons.ts';
import { CONDITION_REASONS } from '../../src/status/condition-reasons.ts';
import type { ConditionReason } from '../../src/status/condition-reasons.ts';
import type { GeneratedFile } from './generated-file.ts';

type SlotState = (typeof SLOT_STATES)[number];

const CONDITIONS: Readonly<Record<ConditionType, string>> = {
  Ready: 'This generation is reconciled as its mode demands. Not "no drift": see Drifted. Always there.',
  Reconciling: 'Namespaces are still to be looked at or written. Only while it is so.',
  Stalled: "Only the policy's author or the platform's admins can mend it. Never beside Reconciling.",
  Drifted: 'Something differs from what is declared. Always there.',
  Degraded: 'Something in a namespace is in the way; the policy itself is well.',
  Conflicted: 'A slot is lost to another policy of the same priority.',
  Contested: 'Somebody else keeps changing an object that this policy holds.',
  Suspended: '`spec.suspend` is true.',
};

const STATES: Readonly<Record<SlotState, string>> = {
  OK: 'As it should be.',
  Frozen: 'Held by a policy that does not act: neither changed nor pruned.',
  Pending: "A policy's edit or a new slot, on its way.",
  Missing: 'It stood there and is gone.',
  Modified: 'A field of ours differs, or a label or annotation of ours is missing.',
  Replaced: 'It was ours, and an unknown object has its name.',
  Unwanted: 'Every policy that holds it acts and no longer asks for it.',
  Orphaned: 'A policy that held it is gone or no longer selects the namespace.',
  Foreign: "Somebody else's object on a slot's name, there before Parapet.",
  Competing: "Somebody else's object that meddles with ours.",
  Widened: "Somebody else's object that opens what the posture closes.",
  Blocked: 'It cannot be repaired now.',
  Held: 'A policy edit that running workloads would violate.',
  Exempt: 'A SecurityException covers it.',
};

const OF_CONDITIONS: Readonly<Record<Exclude<ConditionReason, SlotReason>, string>> = {
  Succeeded: 'Reconciled, or audited, at this generation.',
  NoNamespaces: 'Nothing is selected.',
  Progressing: 'Some namespaces are still to be reconciled.',
  Suspended: 'The policy is suspended.',
  Deleting: 'The policy is being deleted, and what it holds is being removed.',
  InvalidSpec: 'A value the schema could not refuse; the message has its path.',
  WritesFailing: 'Writes have failed for more than five minutes for a cause outside the namespaces.',
  NoDrift: 'Nothing is open.',
  DriftFound: 'An Audit policy found differences.',
  DriftOpen: 'Something is open that was not, or cannot be, repaired.',
  InEffect: 'A SecurityException is honoured.',
  Expired: 'A SecurityException has ended.',
  TooLong: 'A SecurityException asks for longer than `--max-exception-duration`, and is not honoured.',
  MatchesNothing: 'A SecurityException covers no slot.',
  SamePriority: 'Two policies of equal priority want a slot differently.',
};

const OF_SLOTS: Readonly<Record<SlotReason, string>> = {
  NotOurs: "It is, or needs, somebody else's object.",
  Competes: 'It meddles with an object of ours.',
  OpensToEveryone: 'It opens a closed direction to every peer, or as good as that.',
  OpensToAllNamespaces: 'It opens a closed direction to the pods of all namespaces.',
  OpensMetadata: 'It opens an address at which a cloud serves credentials.',
  OpensMore: 'It opens what no policy allows (`widening: Any`).',
  GrantsWildcard: 'It binds a role with a wildcard.',
  GrantsEscalation: 'It binds a role with escalate, bind or impersonate.',
  ReadsSecrets: 'It binds a role that reads Secrets.',
  ExecsIntoPods: 'It binds a role that executes into pods.',
  GrantsMore: 'It grants a subject more than the policies do (`widening: Any`).',
  RoleUnknown: 'It binds a role that does not exist.',
  PolicyNotActing: 'The policy that holds it is suspended, in Audit mode or invalid.',
  PolicyGone: 'The policy that held it is gone or no longer selects the namespace.',
  NamespaceTerminating: 'The namespace is being deleted.',
  NotThereYet: 'The object whose fields are to be set does not exist yet.',
  QuotaBelowUse: 'More is in use than the edited quota would allow.',
  RequestsMissing: 'Pods do not state what the edited quota would demand.',
  PodsViolate: 'Pods violate the Pod Security level.',
  WorkloadsUnknown: 'What runs there could not be told.',
  Paced: 'Repairs of it are paced, or it waits for one that is.',
  Contested: 'Somebody else keeps changing it.',
  NotEffective: 'It stands as it should, and has no effect on this platform.',
  ExceptionIgnore: 'A SecurityException leaves it as it is found.',
  ExceptionRemove: 'A SecurityException takes it away.',
  ExceptionOverride: 'A SecurityException puts something else in its place.',
  ExceptionEnded: 'The SecurityException that covered it has ended.',
  NoLongerAskedFor: 'No policy asks for it any more.',
  CleaningUp: 'Its policy left with `deletionPolicy: Delete`; it is being removed.',
  Audit: 'Only a policy that reports asks for it.',
  AuditDrift: 'Well for the policies that act; an Audit policy would change it.',
  LabelMissing: 'A subject is named by a label that the namespace does not have.',
  LabelForbidden: 'The label names a subject that nothing may be bound to.',
  RoleMissing: 'The ClusterRole to be bound does not exist.',
  BindsOperator: 'A role is to be bound to the operator itself.',
  Retrying: 'A write failed in passing and is tried again.',
  ChangedMeanwhile: 'Somebody else wrote at the same moment; it is tried again.',
  BeyondGrantable: 'A role grants more than policies may grant.',
  PermissionDenied: 'The operator lacks a permission.',
  AdmissionDenied: 'An admission webhook or policy refused the write.',
  QuotaExceeded: 'A quota on objects of its kind is full.',
  HeldByFinalizer: "It was deleted, and somebody's finalizer keeps it.",
  Refused: 'The API server refused the write as invalid.',
};

/** `docs/reference/reasons.md`: every condition, state and reason there is. */
export function reasonsPage(): readonly GeneratedFile[] {
  const own = CONDITION_REASONS.filter((reason) => !isSlotReason(reason));
  const content = [
    '# Conditions, states and reasons',
    '',
    'Written by `make generate` from the code. They are stable: alerts and scripts may rely on them, messages may change.',
    'What to do about each is in [Troubleshooting](../troubleshooting.md).',
    '',
    ...section('Conditions', ['type', 'means'], CONDITION_TYPES, CONDITIONS),
    ...section('Reasons of conditions', ['reason', 'means'], own, OF_CONDITIONS),
    'Stalled, Degraded and Contested also carry the reason of the slot they tell of.',
    '',
    ...section('States of a slot', ['state', 'means'], SLOT_STATES, STATES),
    ...section('Reasons of a slot', ['reason', 'means'], SLOT_REASONS, OF_SLOTS),
  ].join('\n');
  return [{ path: 'docs/reference/reasons.md', content }];
}

function section<Name extends string>(
  title: string,
  header: readonly [string, string],
  names: readonly Name[],
  meanings: Readonly<Record<Name, string>>,
): readonly string[] {
  const rows = names.map((name) => `| \`${name}\` | ${meanings[name]} |`);
  return [`## ${title}`, '', `| ${header.join(' | ')} |`, '|---|---|', ...rows, ''];
}

function isSlotReason(reason: ConditionReason): reason is SlotReason {
  return Object.hasOwn(OF_SLOTS, reason);
}
