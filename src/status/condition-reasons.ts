import { SLOT_REASONS } from '../plan/slot-reasons.ts';

/** Reasons of a policy's or an exception's conditions: stable, listed in docs/troubleshooting.md. Stalled and Degraded also name a slot's. */
export const CONDITION_REASONS = [
  'Succeeded',
  'NoNamespaces',
  'Progressing',
  'Suspended',
  'Deleting',
  'InvalidSpec',
  'WritesFailing',
  'NoDrift',
  'DriftFound',
  'DriftOpen',
  'SamePriority',
  'InEffect',
  'Expired',
  'MatchesNothing',
  'TooLong',
  ...SLOT_REASONS,
] as const;

/** One of them. */
export type ConditionReason = (typeof CONDITION_REASONS)[number];
