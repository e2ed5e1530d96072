import { limitRange } from './limit-range.ts';
import { networkPolicy } from './network-policy.ts';
import { podSecurity } from './pod-security.ts';
import { resourceQuota } from './resource-quota.ts';
import { role } from './role.ts';
import { serviceAccount } from './service-account.ts';
import type { SlotKind } from './slot-kind.ts';

/** Every field of a policy's spec that becomes objects. A new kind is its file and a line here. */
export const slotKinds: readonly SlotKind[] = [
  networkPolicy, // spec.networkPolicy
  resourceQuota, // spec.resourceQuotas
  limitRange, // spec.limitRange
  role, // spec.roles
  podSecurity, // spec.podSecurity
  serviceAccount, // spec.defaultServiceAccount
];
