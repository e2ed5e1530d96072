import type { PolicyStatus } from '../../../src/api/policy-status.ts';
import type { PostureSlot } from '../../../src/api/posture.ts';
import { policyResource } from '../../../src/api/resources.ts';
import { apiVersionOf } from '../../../src/slots/kube-object.ts';
import { expect } from 'chai';
import type { Cluster } from './cluster.ts';
import { policy, posture } from './refs.ts';
import type { PolicyObject } from './refs.ts';
import { eventually } from './until.ts';

/**
 * Waits until a policy's present generation is reconciled.
 *
 * @param summary compliant/matched
 */
export async function reconciled(
  { admin }: Cluster,
  name: string,
  summary: string,
  deadlineMs?: number,
): Promise<PolicyStatus> {
  return eventually(
    `${name} is reconciled, ${summary}`,
    async () => {
      const { metadata, status } = await admin.read(policy(name));
      expect(status.observedGeneration).to.equal(metadata.generation);
      expect(status.namespaces).to.include({ pending: 0, summary });
      return status;
    },
    deadlineMs,
  );
}

/** Waits until every policy is reconciled, at its present generation, in every namespace it selects. */
export async function allReconciled({ admin }: Cluster, deadlineMs?: number): Promise<void> {
  await eventually(
    'every policy is at rest',
    async () => {
      const policies = await admin.list<PolicyObject>({
        apiVersion: apiVersionOf(policyResource),
        kind: policyResource.kind,
      });
      const late = policies.filter(
        ({ metadata, status }) => status.observedGeneration !== metadata.generation || status.namespaces?.pending !== 0,
      );
      expect(late.map(({ metadata }) => metadata.name)).to.deep.equal([]);
    },
    deadlineMs,
  );
}

/** `{ Ready: 'True/Succeeded' }` and so on. */
export function conditionsOf({ conditions = [] }: Pick<PolicyStatus, 'conditions'>): Readonly<Record<string, string>> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status}/${reason}`]));
}

/** The message of a condition; empty where there is none. */
export function messageOf({ conditions = [] }: Pick<PolicyStatus, 'conditions'>, wanted: string): string {
  return conditions.find(({ type }) => type === wanted)?.message ?? '';
}

/** A slot as the namespace's posture reports it. */
export async function slotReport({ admin }: Cluster, namespace: string, slot: string): Promise<PostureSlot> {
  const { slots } = await admin.read(posture(namespace));
  const found = slots.find((entry) => entry.slot === slot);
  if (found === undefined) throw new Error(`the posture of ${namespace} has no ${slot}`);
  return found;
}
