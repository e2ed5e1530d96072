import type { Resource } from '../../../src/slots/kube-object.ts';
import { LABELS } from '../operator-identity.ts';

/** One CEL expression that has to hold, and what whoever breaks it is told. */
export interface Validation {
  readonly expression: string;
  /** A CEL expression that names the object and what is wrong with it. */
  readonly what: string;
  /** What to do next. */
  readonly next: string;
}

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A ValidatingAdmissionPolicy with the one binding that puts it in force. */
export interface Guard {
  /** `grant` becomes `grant.parapet.dev`. */
  readonly name: string;
  readonly resources: readonly Resource[];
  /** Subresources of the first resource that are judged as well. */
  readonly subresources?: readonly string[];
  readonly operations: readonly Operation[];
  /** By name: a request is judged only where all of them hold. */
  readonly when?: Readonly<Record<string, string>>;
  /** By name: computed once, when first used. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
  /** Only in these namespaces; everywhere by default. */
  readonly namespaceSelector?: Readonly<Record<string, unknown>>;
}

const API_VERSION = 'admissionregistration.k8s.io/v1';

/**
 * The two documents of a guard. An expression that fails refuses the request: no webhook is asked, so nothing but the
 * expression itself can fail.
 */
export function guardDocuments(guard: Guard): readonly unknown[] {
  const metadata = { name: `${guard.name}.parapet.dev`, labels: LABELS };
  const { when = {}, variables = {}, validations, namespaceSelector } = guard;
  const policy = {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: { resourceRules: resourceRules(guard) },
      ...listed('matchConditions', named(when)),
      ...listed('variables', named(variables)),
      validations: validations.map(validation),
    },
  };
  const binding = {
    apiVersion: API_VERSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: {
      policyName: metadata.name,
      validationActions: ['Deny'],
      ...(namespaceSelector === undefined ? {} : { matchResources: { namespaceSelector } }),
    },
  };
  return [policy, binding];
}

/** Versions are named, not `*`: the API server type-checks expressions only then. Other versions match all the same. */
function resourceRules({ resources, subresources = [], operations }: Guard): readonly unknown[] {
  return resources.map(({ group, version, plural }, index) => ({
    apiGroups: [group],
    apiVersions: [version],
    operations,
    resources: [plural, ...(index === 0 ? subresources.map((each) => `${plural}/${each}`) : [])],
  }));
}

function validation({ expression, what, next }: Validation): unknown {
  return { expression, messageExpression: `${what} + ${celText(`: ${next}`)}`, message: next, reason: 'Forbidden' };
}

function named(expressions: Readonly<Record<string, string>>): readonly unknown[] {
  return Object.entries(expressions).map(([name, expression]) => ({ name, expression }));
}

function listed(member: string, items: readonly unknown[]): object {
  return items.length === 0 ? {} : { [member]: items };
}

/** A CEL string literal. */
export function celText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A CEL list of strings. */
export function celTexts(texts: readonly string[]): string {
  return `[${texts.map(celText).join(', ')}]`;
}
