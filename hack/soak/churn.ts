import { setTimeout as delay } from 'node:timers/promises';
import type { Api, Reply } from './api.ts';
import { SELECTED } from './auditor.ts';
import type { Auditor } from './auditor.ts';
import type { Template } from './expectation.ts';
import { MISSED_MS } from './incidents.ts';
import { collection, kindNamed } from './kinds.ts';
import { until } from '../support/until.ts';

/** What is done to the cluster. */
export type Action = 'edit' | 'delete' | 'squat' | 'relabel' | 'delete namespace' | 'create namespace' | 'edit policy';

export interface ChurnOptions {
  readonly api: Api;
  readonly auditor: Auditor;
  readonly namespaces: readonly string[];
  readonly policy: string;
  readonly perSecond: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Of a hundred tamperings; the rest are edits. */
const SHARES: readonly (readonly [Action, number])[] = [
  ['delete', 25],
  ['squat', 4],
  ['relabel', 6],
  ['delete namespace', 3],
];
const MOST_LEFT = 25;
const MOST_GONE = 10;
/** How long a namespace is left out. */
const LEFT_MS = [5_000, 30_000] as const;
const POLICY_EDIT_MS = 60_000;
/** Until the auditor has surely heard of it. */
const SEEN_MS = 1_000;

/** What somebody puts under the name of a deleted object. */
const SQUATTERS: Readonly<Record<string, object>> = {
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', spec: { podSelector: {}, ingress: [{}], egress: [{}] } },
  RoleBinding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
  },
};

/** Tampers at a steady rate, whatever is still under way. */
export class Churn {
  readonly counts = new Map<Action, number>();
  /** Tried on what was not there or changed under our hands. */
  refused = 0;
  readonly #options: ChurnOptions;
  readonly #left = new Map<string, number>();
  readonly #gone = new Set<string>();
  /** With a squatter in them: whose object it is depends on the namespace's being selected all the while. */
  readonly #squatted = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  #pods = 100;
  #policyEditedAt = performance.now();

  constructor(options: ChurnOptions) {
    this.#options = options;
  }

  /** Until the signal aborts; then every namespace that was left out is taken in again and every deleted one is there. */
  async run(signal: AbortSignal): Promise<void> {
    const everyMs = 1000 / this.#options.perSecond;
    for (let next = performance.now(); !signal.aborted; next += everyMs) {
      await delay(Math.max(0, next - performance.now()));
      this.#start(this.#one());
    }
    while (this.#underWay.size + this.#left.size + this.#gone.size > 0) {
      for (const namespace of this.#left.keys()) this.#left.set(namespace, 0);
      await this.#tidy();
      await Promise.all(this.#underWay);
      await delay(100);
    }
  }

  #start(work: Promise<void>): void {
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  async #one(): Promise<void> {
    if (await this.#tidy()) return;
    if (performance.now() - this.#policyEditedAt > POLICY_EDIT_MS) return this.#editPolicy();
    let rest = this.#options.random() * 100;
    const chosen = SHARES.find(([, share]) => (rest -= share) < 0)?.[0] ?? 'edit';
    const namespace = this.#pick(this.#options.namespaces.filter((name) => this.#isPlain(name)));
    if (chosen === 'relabel' && this.#left.size < MOST_LEFT) return this.#leave(namespace);
    if (chosen === 'delete namespace' && this.#gone.size < MOST_GONE) return this.#deleteNamespace(namespace);
    return this.#tamper(chosen, namespace);
  }

  /** Takes in what was left out long enough, and creates what is gone: true where there was something to do. */
  async #tidy(): Promise<boolean> {
    for (const [namespace, due] of this.#left) {
      if (due > performance.now()) continue;
      this.#left.delete(namespace);
      await this.#label(namespace, 'true');
      return true;
    }
    for (const namespace of this.#gone) {
      if (this.#options.auditor.exists(namespace)) continue;
      this.#gone.delete(namespace);
      const metadata = { name: namespace, labels: { [SELECTED]: 'true' } };
      const body = { apiVersion: 'v1', kind: 'Namespace', metadata };
      this.#count('create namespace', await this.#options.api.call('POST', '/api/v1/namespaces', body));
      return true;
    }
    return false;
  }

  async #tamper(action: Action, namespace: string): Promise<void> {
    const whole = this.#options.auditor.templates.filter(({ marks }) => marks !== undefined);
    if (action === 'delete') return this.#delete(this.#pick(whole), namespace);
    if (action === 'squat') return this.#squat(this.#pick(whole.filter(({ kind }) => kind in SQUATTERS)));
    const template = this.#pick(this.#options.auditor.templates);
    const edit = this.#pick(kindNamed(template.kind).edits);
    this.#count('edit', await this.#options.api.call('PATCH', pathOf(template, namespace), edit));
  }

  async #delete(template: Template, namespace: string): Promise<void> {
    this.#count('delete', await this.#options.api.call('DELETE', pathOf(template, namespace)));
  }

  /**
   * Only where everything is as it has to be, and nothing else is done there until it is so again: on a name that was never
   * Parapet's, or no longer is, a stranger's object is left alone, which is no missed repair.
   */
  async #squat({ kind, name }: Template): Promise<void> {
    const { api, auditor, namespaces } = this.#options;
    const calm = namespaces.filter((candidate) => this.#isPlain(candidate) && auditor.isRight(candidate));
    // Somewhere there will be again.
    if (calm.length === 0) return;
    const namespace = this.#pick(calm);
    this.#squatted.add(namespace);
    await api.call('DELETE', pathOf({ kind, name }, namespace));
    const body = { kind, metadata: { name, namespace }, ...SQUATTERS[kind] };
    // The operator may have been faster: then it is a deletion.
    this.#count('squat', await api.call('POST', collection(kindNamed(kind), namespace), body));
    await delay(SEEN_MS);
    void until('the squatter to be gone', () => auditor.isRight(namespace), { deadlineMs: MISSED_MS, everyMs: 200 })
      .catch(() => undefined)
      .finally(() => this.#squatted.delete(namespace));
  }

  async #leave(namespace: string): Promise<void> {
    const [min, max] = LEFT_MS;
    this.#left.set(namespace, performance.now() + min + this.#options.random() * (max - min));
    await this.#label(namespace, null);
  }

  async #label(namespace: string, value: 'true' | null): Promise<void> {
    const body = { metadata: { labels: { [SELECTED]: value } } };
    this.#count('relabel', await this.#options.api.call('PATCH', `/api/v1/namespaces/${namespace}`, body));
  }

  async #deleteNamespace(namespace: string): Promise<void> {
    this.#gone.add(namespace);
    this.#count('delete namespace', await this.#options.api.call('DELETE', `/api/v1/namespaces/${namespace}`));
  }

  async #editPolicy(): Promise<void> {
    this.#policyEditedAt = performance.now();
    this.#pods = this.#pods === 100 ? 101 : 100;
    const { api, auditor, policy } = this.#options;
    const quotas = [{ name: 'compute', hard: { 'requests.cpu': 8, 'requests.memory': '16Gi', pods: this.#pods } }];
    const path = `/apis/parapet.dev/v1alpha1/clustersecuritypolicies/${policy}`;
    this.#count('edit policy', await api.call('PATCH', path, { spec: { resourceQuotas: quotas } }));
    auditor.expectPods(this.#pods);
  }

  #isPlain(namespace: string): boolean {
    const { auditor } = this.#options;
    const isLeftAlone = [this.#left, this.#gone, this.#squatted].some((names) => names.has(namespace));
    return !isLeftAlone && auditor.standing(namespace) === 'selected';
  }

  #count(action: Action, { status }: Reply): void {
    if (status < 300) this.counts.set(action, (this.counts.get(action) ?? 0) + 1);
    else this.refused += 1;
  }

  #pick<T>(items: readonly T[]): T {
    const found = items[Math.floor(this.#options.random() * items.length)];
    if (found === undefined) throw new Error('nothing is left to tamper with');
    return found;
  }
}

function pathOf({ kind, name }: Pick<Template, 'kind' | 'name'>, namespace: string): string {
  const known = kindNamed(kind);
  return known.namespaced ? `${collection(known, namespace)}/${name}` : `${collection(known)}/${namespace}`;
}
