import { decodePolicy } from '../api/decode-policy.ts';
import { policySpecSchema } from '../api/policy-schema.ts';
import type { Policy } from '../api/policy.ts';
import { policyResource } from '../api/resources.ts';
import { asFinalized } from '../plan/deletion.ts';
import { spelledPosition } from '../manifests/manifest.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { isDnsSubdomain } from '../semantics/names.ts';
import { apiVersionOf } from '../slots/kube-object.ts';
import type { Problem } from '../slots/slot-kind.ts';
import { InputError } from './input-error.ts';
import { isOf, refuseTwins } from './manifest-kinds.ts';
import { unknownFields } from './unknown-fields.ts';

/** A policy as the operator will have admitted it, and where it is written. */
export interface WrittenPolicy {
  readonly policy: Policy;
  readonly manifest: Manifest;
}

/**
 * The policies among the manifests, in order. Throws an InputError that names every fault by file, line and field: what
 * the API server would refuse is refused here.
 */
export function policiesOf(manifests: readonly Manifest[]): readonly WrittenPolicy[] {
  const written = manifests
    .filter((manifest) => isOf(manifest.object, policyResource))
    .map((manifest) => ({ manifest, policy: asFinalized(decodePolicy(manifest.object)) }));
  const faults = written.flatMap(({ manifest, policy }) =>
    problemsOf(manifest, policy).map(({ path, message }) => spelledFault(manifest, policy.name, { path, message })),
  );
  if (faults.length > 0) throw new InputError(faults);
  refuseTwins(written.map(({ manifest }) => manifest));
  return written;
}

function problemsOf({ object }: Manifest, { name, problems }: Policy): readonly Problem[] {
  const expected = apiVersionOf(policyResource);
  return [
    ...(object.apiVersion === expected ? [] : [{ path: 'apiVersion', message: `must be ${expected}` }]),
    ...(isDnsSubdomain(name) ? [] : [{ path: 'metadata.name', message: 'must be a name in lower case' }]),
    ...problems,
    ...unknownFields(policySpecSchema, object['spec'], 'spec'),
  ];
}

function spelledFault(manifest: Manifest, name: string, { path, message }: Problem): string {
  return `${spelledPosition(manifest.positionOf(path))}: ${policyResource.kind}/${name}: ${path}: ${message}`;
}
