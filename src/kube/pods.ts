import { messageOf } from '../errors.ts';
import type { KubeObject, Resource, StringMap } from '../slots/kube-object.ts';
import type { ContainerFacts, PodFacts } from '../slots/workloads.ts';
import type { KubeClient } from './client.ts';
import { listAll } from './initial-list.ts';
import type { Log } from './observer.ts';
import type { Timing } from './timing.ts';

const PODS: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
/** Pods that take longer to read are not judged now. */
const DEADLINE_MS = 30_000;
/** Beyond so many looks in a second it pays to ask once which namespaces have pods at all. */
const FEW_LOOKS = 8;
const SURVEY_MS = 15_000;

export interface PodReaderDeps {
  readonly client: KubeClient;
  readonly log: Log;
  readonly timing: Pick<Timing, 'now'>;
}

/**
 * Reads the pods of namespaces, on demand: nothing is watched or kept. An edit of a policy over thousands of namespaces,
 * most of them empty, costs one list of the pods' metadata and then only the namespaces that have some.
 */
export class PodReader {
  readonly #deps: PodReaderDeps;
  #looks: readonly number[] = [];
  #survey: { readonly takenAt: number; readonly inhabited: Promise<ReadonlySet<string> | undefined> } | undefined;

  constructor(deps: PodReaderDeps) {
    this.#deps = deps;
  }

  /** The pods of a namespace that have not ended; null where they can't be read. Never rejects. */
  async in(namespace: string): Promise<readonly PodFacts[] | null> {
    const inhabited = await this.#inhabited();
    if (inhabited !== undefined && !inhabited.has(namespace)) return [];
    const pods: PodFacts[] = [];
    const read = await this.#list({ namespace }, (pod) => pods.push(...podFacts(pod)));
    return read ? pods : null;
  }

  /** The namespaces that have pods, where so many are looked at that it is worth knowing. */
  #inhabited(): Promise<ReadonlySet<string> | undefined> | undefined {
    const now = this.#deps.timing.now();
    this.#looks = [...this.#looks.filter((at) => now - at < 1_000), now].slice(-FEW_LOOKS - 1);
    if (this.#survey !== undefined && now - this.#survey.takenAt < SURVEY_MS) return this.#survey.inhabited;
    if (this.#looks.length <= FEW_LOOKS) return undefined;
    this.#survey = { takenAt: now, inhabited: this.#surveyed() };
    return this.#survey.inhabited;
  }

  async #surveyed(): Promise<ReadonlySet<string> | undefined> {
    const inhabited = new Set<string>();
    const read = await this.#list({ metadataOnly: true }, ({ metadata }) => inhabited.add(metadata.namespace ?? ''));
    return read ? inhabited : undefined;
  }

  async #list(
    which: { readonly namespace?: string; readonly metadataOnly?: true },
    take: (pod: KubeObject) => void,
  ): Promise<boolean> {
    try {
      await listAll(this.#deps.client, { resource: PODS, ...which }, take, AbortSignal.timeout(DEADLINE_MS));
      return true;
    } catch (error) {
      this.#deps.log.warn('pods not read', { namespace: which.namespace ?? '', reason: messageOf(error) });
      return false;
    }
  }
}

interface RawContainer {
  readonly name?: string;
  readonly restartPolicy?: string;
  readonly resources?: Amounts;
}

interface Amounts {
  readonly requests?: StringMap;
  readonly limits?: StringMap;
}

interface RawPod {
  readonly spec?: {
    readonly containers?: readonly RawContainer[];
    readonly initContainers?: readonly RawContainer[];
    readonly resources?: Amounts;
    readonly overhead?: StringMap;
    readonly activeDeadlineSeconds?: number;
    readonly priorityClassName?: string;
  };
  readonly status?: { readonly phase?: string; readonly qosClass?: string };
}

/** Nothing for a pod that has ended: quotas no longer count it. */
function podFacts(object: KubeObject): readonly PodFacts[] {
  const { spec = {}, status = {} } = object as RawPod;
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return [];
  const { containers, initContainers, overhead, priorityClassName } = spec;
  return [
    {
      name: object.metadata.name,
      containers: (containers ?? []).map(containerFacts),
      initContainers: (initContainers ?? []).map(containerFacts),
      ...amounts(spec.resources),
      overhead: overhead ?? {},
      bestEffort: status.qosClass === 'BestEffort',
      terminating: spec.activeDeadlineSeconds !== undefined,
      priorityClass: priorityClassName ?? '',
    },
  ];
}

function amounts({ requests = {}, limits = {} }: Amounts = {}): Required<Amounts> {
  return { requests, limits };
}

function containerFacts({ name = '', restartPolicy, resources }: RawContainer): ContainerFacts {
  return { name, ...amounts(resources), sidecar: restartPolicy === 'Always' };
}
