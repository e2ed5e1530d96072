import { asList, asObject } from './canonical.ts';
import type { Json } from './kube-object.ts';
import type { Content } from './slot-kind.ts';
import type { PodFacts } from './workloads.ts';

interface Requirement {
  readonly scope: string;
  readonly operator: string;
  readonly values: readonly Json[];
}

/**
 * Whether a quota counts a pod: all of its scopes have to fit (Kubernetes' podMatchesScopeFunc).
 *
 * @returns undefined where a scope asks for something that isn't known of pods
 */
export function covers(quota: Content, pod: PodFacts): boolean | undefined {
  const answers = requirementsOf(quota).map((requirement) => fits(requirement, pod));
  if (answers.includes(undefined)) return undefined;
  return !answers.includes(false);
}

function requirementsOf(quota: Content): readonly Requirement[] {
  const spec = asObject(quota['spec']);
  const plain = asList(spec['scopes']).map((scope) => ({ scope: text(scope), operator: 'Exists', values: [] }));
  const selected = asList(asObject(spec['scopeSelector'])['matchExpressions']).map(asObject);
  return [
    ...plain,
    ...selected.map(({ scopeName, operator, values }) => ({
      scope: text(scopeName),
      operator: text(operator),
      values: asList(values),
    })),
  ];
}

function fits({ scope, operator, values }: Requirement, pod: PodFacts): boolean | undefined {
  switch (scope) {
    case 'BestEffort':
      return pod.bestEffort;
    case 'NotBestEffort':
      return !pod.bestEffort;
    case 'Terminating':
      return pod.terminating;
    case 'NotTerminating':
      return !pod.terminating;
    case 'PriorityClass':
      return fitsClass(operator, values, pod.priorityClass);
    default:
      return undefined;
  }
}

function fitsClass(operator: string, values: readonly Json[], priorityClass: string): boolean {
  switch (operator) {
    case 'In':
      return values.includes(priorityClass);
    case 'NotIn':
      return !values.includes(priorityClass);
    case 'DoesNotExist':
      return priorityClass === '';
    default:
      return priorityClass !== '';
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
