import type { ExceptionStatus } from '../../../src/api/exception-status.ts';
import type { PolicyStatus } from '../../../src/api/policy-status.ts';
import type { NamespacePosture } from '../../../src/api/posture.ts';
import { POSTURE_NAME, exceptionResource, policyResource, postureResource } from '../../../src/api/resources.ts';
import { apiVersionOf } from '../../../src/slots/kube-object.ts';
import type { KubeObject, Resource } from '../../../src/slots/kube-object.ts';
import { objectKindOf } from '../../../src/slots/object-kinds.ts';
import type { ObjectRef } from './api-client.ts';

/** One object's place, and what is found there. */
export interface Ref<T extends KubeObject = KubeObject> extends ObjectRef {
  /** Only for the type. */
  readonly holds?: T;
}

/** A ClusterSecurityPolicy as the operator reports on it. */
export interface PolicyObject extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: PolicyStatus;
}

/** A SecurityException as the operator reports on it. */
export interface ExceptionObject extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: ExceptionStatus;
}

export type PostureObject = NamespacePosture & KubeObject;

export const LEASE: Ref = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'parapet-system',
  name: 'parapet',
};

export function namespace(name: string): Ref {
  return { apiVersion: 'v1', kind: 'Namespace', name };
}

export function policy(name: string): Ref<PolicyObject> {
  return { ...kindOf(policyResource), name };
}

export function exception(name: string): Ref<ExceptionObject> {
  return { ...kindOf(exceptionResource), name };
}

export function posture(inNamespace: string): Ref<PostureObject> {
  return { ...kindOf(postureResource), namespace: inNamespace, name: POSTURE_NAME };
}

/** @param spelled `Kind/name`, as reports write it */
export function slot(inNamespace: string, spelled: string): Ref {
  const [kind = '', name = ''] = spelled.split('/');
  const objectKind = objectKindOf(kind);
  if (objectKind === undefined) throw new Error(`${kind} is no kind of the registry`);
  return { ...kindOf(objectKind.resource), namespace: inNamespace, name };
}

function kindOf(resource: Resource): Pick<ObjectRef, 'apiVersion' | 'kind'> {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind };
}
