import { decodePolicy } from '../api/decode-policy.ts';
import { policySpecSchema } from '../api/policy-schema.ts';
import type { Policy } from '../api/policy.ts';
import { policyResource } from '../api/resources.ts';
import { asFinalized } from '../plan/deletion.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { checkedManifests } from './checked-manifests.ts';

/** A policy as the operator will have admitted it, and where it is written. */
export interface WrittenPolicy {
  readonly policy: Policy;
  readonly manifest: Manifest;
}

/** The policies among the manifests, in order. Throws an InputError that names every fault, see checkedManifests. */
export function policiesOf(manifests: readonly Manifest[]): readonly WrittenPolicy[] {
  const kind = { resource: policyResource, decode: decodePolicy, schema: policySpecSchema };
  return checkedManifests(manifests, kind).map(({ manifest, decoded }) => ({ manifest, policy: asFinalized(decoded) }));
}
