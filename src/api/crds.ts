import type { TSchema } from 'typebox';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { exceptionSpecSchema } from './exception-schema.ts';
import { exceptionStatusSchema } from './exception-status.ts';
import { policySpecSchema } from './policy-schema.ts';
import { policyStatusSchema } from './policy-status.ts';
import { postureMembers } from './posture.ts';
import { API_GROUP, API_VERSION, exceptionResource, policyResource, postureResource } from './resources.ts';

/** A printer column. Priority 1 shows with `-o wide` only. */
interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly priority?: 1;
  readonly description?: string;
}

interface Served {
  readonly shortName: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, TSchema>>;
  readonly required: readonly string[];
  readonly columns: readonly Column[];
  /** Further members of the version: subresources, selectable fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

const AGE: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The CustomResourceDefinition of ClusterSecurityPolicy. */
export function clusterSecurityPolicyCrd(): KubeObject {
  return crd(policyResource, {
    shortName: 'csecpol',
    description: 'The posture that a platform team wants a set of namespaces to have.',
    properties: { spec: policySpecSchema, status: policyStatusSchema },
    required: ['spec'],
    columns: [
      { name: 'Ready', type: 'string', jsonPath: conditionPath('Ready', 'status') },
      { name: 'Mode', type: 'string', jsonPath: '.spec.mode' },
      { name: 'Namespaces', type: 'string', jsonPath: '.status.namespaces.summary', description: 'compliant/matched' },
      { name: 'Drifted', type: 'integer', jsonPath: '.status.namespaces.drifted' },
      { name: 'Blocked', type: 'integer', jsonPath: '.status.namespaces.blocked' },
      { name: 'Held', type: 'integer', jsonPath: '.status.namespaces.held', priority: 1 },
      { name: 'Exempt', type: 'integer', jsonPath: '.status.namespaces.exempt', priority: 1 },
      { name: 'Reason', type: 'string', jsonPath: conditionPath('Ready', 'reason'), priority: 1 },
      { name: 'Message', type: 'string', jsonPath: conditionPath('Ready', 'message'), priority: 1 },
      AGE,
    ],
    extra: { subresources: { status: {} } },
  });
}

/** The CustomResourceDefinition of SecurityException. */
export function securityExceptionCrd(): KubeObject {
  return crd(exceptionResource, {
    shortName: 'secexc',
    description: 'A way out for some slots of some namespaces, with an owner, a reason and an end.',
    properties: { spec: exceptionSpecSchema, status: exceptionStatusSchema },
    required: ['spec'],
    columns: [
      { name: 'Effect', type: 'string', jsonPath: '.spec.effect' },
      { name: 'Owner', type: 'string', jsonPath: '.spec.owner' },
      { name: 'Matched', type: 'integer', jsonPath: '.status.matched.namespaces', description: 'namespaces' },
      // As a date kubectl would show how long ago it was, and of a time to come <invalid>.
      { name: 'Expires', type: 'string', jsonPath: '.spec.expirationTime' },
      { name: 'Slots', type: 'integer', jsonPath: '.status.matched.slots', priority: 1 },
      { name: 'Reason', type: 'string', jsonPath: conditionPath('Ready', 'reason'), priority: 1 },
      { name: 'Message', type: 'string', jsonPath: conditionPath('Ready', 'message'), priority: 1 },
      AGE,
    ],
    extra: { subresources: { status: {} } },
  });
}

/** Every CustomResourceDefinition, in the order of the reference. */
export function allCrds(): readonly KubeObject[] {
  return [clusterSecurityPolicyCrd(), securityExceptionCrd(), namespacePostureCrd()];
}

/** The CustomResourceDefinition of NamespacePosture. */
export function namespacePostureCrd(): KubeObject {
  return crd(postureResource, {
    shortName: 'nsposture',
    description: 'How one namespace stands against its policies: a report, written by Parapet only.',
    properties: postureMembers,
    required: ['summary', 'slots'],
    columns: [
      { name: 'State', type: 'string', jsonPath: '.summary.state' },
      { name: 'OK', type: 'integer', jsonPath: '.summary.ok' },
      { name: 'Drifted', type: 'integer', jsonPath: '.summary.drifted' },
      { name: 'Blocked', type: 'integer', jsonPath: '.summary.blocked' },
      { name: 'Widened', type: 'integer', jsonPath: '.summary.widened' },
      { name: 'Exempt', type: 'integer', jsonPath: '.summary.exempt' },
      AGE,
    ],
    extra: { selectableFields: [{ jsonPath: '.summary.state' }] },
  });
}

function crd(resource: Resource, served: Served): KubeObject {
  const { plural, kind, namespaced } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames: [served.shortName],
        categories: ['security-policies'],
      },
      versions: [version(served)],
    },
  };
}

function version({ description, properties, required, columns, extra }: Served): Readonly<Record<string, unknown>> {
  const typeMeta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  return {
    name: API_VERSION,
    served: true,
    storage: true,
    schema: {
      openAPIV3Schema: { type: 'object', description, required, properties: { ...typeMeta, ...plain(properties) } },
    },
    additionalPrinterColumns: columns,
    ...extra,
  };
}

/** TypeBox keeps its own marks beside the JSON Schema keywords; a CRD holds JSON only. */
function plain(properties: Readonly<Record<string, TSchema>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(properties)) as Readonly<Record<string, unknown>>;
}

function conditionPath(type: string, member: string): string {
  return `.status.conditions[?(@.type=="${type}")].${member}`;
}
