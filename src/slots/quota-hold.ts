import { compareQuantities, sumQuantities } from '../semantics/quantity.ts';
import { asList, asObject } from './canonical.ts';
import type { StringMap } from './kube-object.ts';
import { covers } from './quota-coverage.ts';
import type { Content, Edit, Hold } from './slot-kind.ts';
import { podAmount } from './workloads.ts';
import type { ContainerFacts, PodFacts, Workloads } from './workloads.ts';

/** Pods named in a message. */
const NAMED = 3;
/** What a quota makes every container state, and what of a container that is (Kubernetes' podResources validation). */
const STATED: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

/**
 * Why a quota must not be tightened yet: more is used than it would allow, or pods of today could not be created again
 * since they state no requests or limits and no LimitRange states them in their place.
 *
 * What is used is the cluster's own count where the quota has one, else counted from the pods; of other resources of a new
 * quota (Services, Secrets) nobody has counted anything, and they hold nothing up.
 */
export function quotaHold(name: string, { next, live }: Edit, workloads: Workloads): Hold | 'look' | undefined {
  const [after, before] = [hardOf(next), live === undefined ? {} : hardOf(live)];
  const used = workloads.used[name] ?? {};
  const tighter = Object.keys(after).filter((resource) => isTighter(after[resource], before[resource]));
  const over = overused(tighter, after, used);
  const uncounted = tighter.filter((resource) => used[resource] === undefined && isTold(resource));
  if (over !== undefined || uncounted.length === 0) return over;
  if (workloads.pods === undefined) return 'look';
  if (workloads.pods === null) {
    return { reason: 'WorkloadsUnknown', message: 'the pods of the namespace could not be read' };
  }
  const pods = workloads.pods.filter((pod) => covers(next, pod) === true);
  const added = uncounted.filter((resource) => before[resource] === undefined);
  return overused(uncounted, after, counted(uncounted, pods)) ?? unstated(added, pods, workloads.limitRanges);
}

function isTighter(after: string | undefined, before: string | undefined): boolean {
  return before === undefined || (compareQuantities(after ?? '', before) ?? 0) < 0;
}

function overused(resources: readonly string[], after: StringMap, used: StringMap): Hold | undefined {
  const over = resources.filter(
    (resource) => (compareQuantities(used[resource] ?? '0', after[resource] ?? '0') ?? 0) > 0,
  );
  if (over.length === 0) return undefined;
  const told = over.map((resource) => `${resource} ${used[resource]} of ${after[resource]}`).join(', ');
  return { reason: 'QuotaBelowUse', message: `more is in use than the new quota allows: ${told}` };
}

/** What pods take of the resources that can be told from pods. */
function counted(resources: readonly string[], pods: readonly PodFacts[]): StringMap {
  const amounts = resources.flatMap((resource) => {
    const amount = countOf(resource, pods);
    return amount === undefined ? [] : [[resource, amount] as const];
  });
  return Object.fromEntries(amounts);
}

function countOf(resource: string, pods: readonly PodFacts[]): string | undefined {
  if (resource === 'pods' || resource === 'count/pods') return String(pods.length);
  const [side, name] = measured(resource) ?? [];
  return side === undefined || name === undefined
    ? undefined
    : sumQuantities(pods.map((pod) => podAmount(pod, side, name)));
}

/** Whether pods tell how much of it is used. */
function isTold(resource: string): boolean {
  return countOf(resource, []) !== undefined;
}

/** The side and resource of a pod that a quota measures. */
function measured(resource: string): readonly ['requests' | 'limits', string] | undefined {
  if (resource === 'requests.storage') return undefined;
  if (['cpu', 'memory', 'ephemeral-storage'].includes(resource)) return ['requests', resource];
  if (resource.startsWith('requests.')) return ['requests', resource.slice('requests.'.length)];
  return resource.startsWith('limits.') ? ['limits', resource.slice('limits.'.length)] : undefined;
}

/** Once a quota covers them, every new container has to state these: a pod that doesn't could not come back. */
function unstated(
  added: readonly string[],
  pods: readonly PodFacts[],
  limitRanges: readonly Content[],
): Hold | undefined {
  for (const resource of added) {
    const wanted = STATED[resource];
    if (wanted === undefined || hasDefault(limitRanges, wanted)) continue;
    const lacking = pods.filter((pod) => lacks(pod, wanted));
    if (lacking.length === 0) continue;
    const [side, name] = wanted;
    return {
      reason: 'RequestsMissing',
      message: `${told(lacking)} without ${side}.${name}, and no LimitRange gives a default: they could not be created again under a quota on ${resource}`,
    };
  }
  return undefined;
}

function lacks(pod: PodFacts, [side, name]: readonly ['requests' | 'limits', string]): boolean {
  const states = ({ [side]: amounts }: ContainerFacts): boolean => amounts[name] !== undefined;
  return pod[side][name] === undefined && ![...pod.containers, ...pod.initContainers].every(states);
}

/** A default limit is a default request as well. */
function hasDefault(limitRanges: readonly Content[], [side, name]: readonly ['requests' | 'limits', string]): boolean {
  const members = side === 'limits' ? ['default'] : ['default', 'defaultRequest'];
  return limitRanges
    .flatMap(({ spec }) => asList(asObject(spec)['limits']).map(asObject))
    .filter(({ type }) => type === 'Container')
    .some((limit) => members.some((member) => asObject(limit[member])[name] !== undefined));
}

function told(pods: readonly PodFacts[]): string {
  const names = pods.map(({ name }) => name).toSorted();
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.length} ${names.length === 1 ? 'pod' : 'pods'} (${names.slice(0, NAMED).join(', ')}${more})`;
}

function hardOf(content: Content): StringMap {
  return asObject(asObject(content['spec'])['hard']) as StringMap;
}
