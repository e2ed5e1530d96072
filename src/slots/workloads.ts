import { compareQuantities, sumQuantities } from '../semantics/quantity.ts';
import type { StringMap } from './kube-object.ts';
import type { Content } from './slot-kind.ts';

/** What an edit could violate. */
export interface Workloads {
  /** Pods that have not ended. undefined: nobody has looked yet; null: they can't be read. */
  readonly pods: readonly PodFacts[] | null | undefined;
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
  const sidecars = pod.initContainers.filter(({ sidecar }) => sidecar).map(of);
  const running = sumQuantities([...pod.containers.map(of), ...sidecars]);
  const starting = pod.initContainers.map((container, index) => {
    const beside = pod.initContainers.slice(0, index).filter(({ sidecar }) => sidecar);
    return sumQuantities([...beside.map(of), of(container)]);
  });
  const largest = starting.reduce((most, each) => ((compareQuantities(each, most) ?? 0) > 0 ? each : most), running);
  return sumQuantities([stated ?? largest, pod.overhead[resource] ?? '0']);
}
