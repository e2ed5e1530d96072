import type { SlotPlan } from '../../src/plan/namespace-plan.ts';
import { dueSlots } from '../../src/plan/order.ts';
import { policy, World } from './world.ts';

export const DENY = 'NetworkPolicy/parapet-default-deny';
export const DNS = 'NetworkPolicy/parapet-allow-dns';
export const NEIGHBOURS = 'NetworkPolicy/parapet-allow-same-namespace';
export const QUOTA = 'ResourceQuota/parapet-compute';
export const ROLE = 'Role/parapet-viewer';
export const BINDING = 'RoleBinding/parapet-viewer';

export const baseline = {
  networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS', 'SameNamespace'] },
  resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }],
  roles: [
    {
      name: 'viewer',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      subjects: [{ kind: 'Group', name: 'team' }],
    },
  ],
};

/** A world that has come to rest under the baseline and others. */
export function world(...others: ReturnType<typeof policy>[]): World {
  const made = new World([policy('baseline', baseline), ...others]);
  made.converge();
  return made;
}

/** How a slot is planned. */
export function slot(of: World, name: string): SlotPlan {
  const found = of.plan().slots.find((each) => each.slot === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** `action slot`, in the order of the writes. */
export function writes(of: World): readonly string[] {
  return dueSlots(of.plan()).map(({ slot: name, change }) => `${change.action} ${name}`);
}

/** The content of the quota, as JSON. */
export function pods(of: World): unknown {
  return JSON.stringify(of.get(QUOTA).content);
}

/** What somebody writes into the quota. */
export const tampered = { content: { spec: { hard: { pods: '99' } } } };

/** Somebody puts an object of his own on a name of ours. */
export function squat(of: World, kind: string, name: string): void {
  of.put({ apiVersion: 'v1', kind, metadata: { name }, spec: { hard: { pods: '1000' } } }, 'kubectl');
}
