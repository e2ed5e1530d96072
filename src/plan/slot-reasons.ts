/**
 * Why a slot stands as it does: one CamelCase word, stable, listed in docs/troubleshooting.md. Where the state says it
 * all a slot has none.
 */
export const SLOT_REASONS = [
  // Left alone, and why.
  'NotOurs',
  'Competes',
  // What somebody else's object opens or grants.
  'OpensToEveryone',
  'OpensToAllNamespaces',
  'OpensMetadata',
  'OpensMore',
  'GrantsWildcard',
  'GrantsEscalation',
  'ReadsSecrets',
  'ExecsIntoPods',
  'GrantsMore',
  'RoleUnknown',
  'PolicyNotActing',
  'PolicyGone',
  'NamespaceTerminating',
  'NotThereYet',
  // Waiting for what runs in the namespace.
  'QuotaBelowUse',
  'RequestsMissing',
  'PodsViolate',
  'WorkloadsUnknown',
  // Repaired again and again.
  'Paced',
  'Contested',
  // It stands as it should, and does nothing.
  'NotEffective',
  // Covered by a SecurityException, or just no more.
  'ExceptionIgnore',
  'ExceptionRemove',
  'ExceptionOverride',
  'ExceptionEnded',
  // On its way out.
  'NoLongerAskedFor',
  'CleaningUp',
  // What a policy that only reports would do.
  'Audit',
  'AuditDrift',
  // What a policy asks for and can't be had here.
  'LabelMissing',
  'LabelForbidden',
  'BindsOperator',
  'BeyondGrantable',
  'RoleMissing',
  // A write that did not succeed.
  'Retrying',
  'ChangedMeanwhile',
  'PermissionDenied',
  'AdmissionDenied',
  'QuotaExceeded',
  'HeldByFinalizer',
  'Refused',
] as const;

export type SlotReason = (typeof SLOT_REASONS)[number];
