import { compareQuantities, sumQuantities } from '../semantics/quantity.ts';
import type { StringMap } from './kube-object.ts';
import type { Content } from './slot-kind.ts';

/** What an edit could violate. */
export interface Workloads {
  /** Pods that have not ended. undefined: nobody has looked yet; null: they can't be read. */
  readonly pods: readonly PodFacts[] | null | undefined;
  /** What the API server warns of at a dry run of the edit; as with pods. */
  readonly warnings: readonly string[] | null | undefined;
  /** What the cluster counts against each quota, by its name. */
  readonly used: Readonly<Record<string, StringMap>>;
  /** LimitRanges that will be in force once the plan is written. */
  readonly limitRanges: readonly Content[];
}

/** The parts of a pod that quotas look at. */
export interface PodFacts {
  readonly name: string;
  readonly containers: readonly ContainerFacts[];
  readonly initContainers: readonly ContainerFacts[];
  /** Resources of the pod as a whole, where it states them. */
  readonly requests: StringMap;
  readonly limits: StringMap;
  readonly overhead: StringMap;
  readonly bestEffort: boolean;
  /** It has an activeDeadlineSeconds. */
  readonly terminating: boolean;
  readonly priorityClass: string;
}

export interface ContainerFacts {
  readonly name: string;
  readonly requests: StringMap;
  readonly limits: StringMap;
  /** An init container that goes on running beside the others. */
  readonly sidecar: boolean;
}

/**
 * How much of a resource a pod asks for (`requests`) or may take (`limits`): Kubernetes' PodRequests and PodLimits of
 * k8s.io/component-helpers/resource. The containers run together with the sidecars, before them the init containers one
 * after another, each with the sidecars started by then; the larger of both counts, and the overhead on top.
 */
export function podAmount(pod: PodFacts, side: 'requests' | 'limits', resource: string): string {
  const stated = pod[side][resource];
  const of = ({ [side]: amounts }: ContainerFacts): string => amounts[resource] ?? '0';
  // One pass: a pod of 1 MiB has ten thousand init containers, and tenants write pods.
  const first: { readonly beside: readonly string[]; readonly most: string } = { beside: [], most: '0' };
  const { beside, most } = pod.initContainers.reduce((before, container) => {
    const together = sumQuantities([...before.beside, of(container)]);
    return { beside: container.sidecar ? [together] : before.beside, most: larger(together, before.most) };
  }, first);
  const largest = larger(most, sumQuantities([...pod.containers.map(of), ...beside]));
  return sumQuantities([stated ?? largest, pod.overhead[resource] ?? '0']);
}

function larger(a: string, b: string): string {
  return (compareQuantities(a, b) ?? 0) > 0 ? a : b;
}
