import type { Api, Obj } from './api.ts';
import { templateOf, wrongness } from './expectation.ts';
import type { Standing, Template } from './expectation.ts';
import { follow } from './follow.ts';
import type { Incident } from './incidents.ts';
import { KINDS, kindNamed } from './kinds.ts';
import type { WatchedKind } from './kinds.ts';

/** What every selected namespace has, by the policy: the objects' names, without the operator's help. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  NetworkPolicy: ['parapet-allow-dns', 'parapet-allow-same-namespace', 'parapet-default-deny', 'parapet-policy-web'],
  ResourceQuota: ['parapet-compute'],
  LimitRange: ['parapet-limits'],
  Role: ['parapet-on-call'],
  RoleBinding: ['parapet-on-call', 'parapet-reader'],
  Namespace: [''],
  ServiceAccount: ['default'],
};

export const SELECTED = 'soak.parapet.dev/selected';

/**
 * Watches everything the policy concerns, by its own client, and writes down when an object began to be wrong and when it
 * was right again. It judges states, not calls: whatever came over an object is found, whoever did it.
 */
export class Auditor {
  readonly incidents: Incident[] = [];
  /** Incidents whose namespace went away before they were over. */
  overtaken = 0;
  templates: readonly Template[] = [];
  readonly #api: Api;
  readonly #prefix: string;
  readonly #objects = new Map<string, Obj>();
  readonly #namespaces = new Map<string, Obj>();
  readonly #open = new Map<string, Incident>();
  readonly #stop = new AbortController();
  #following: readonly Promise<void>[] = [];
  #pods = '100';

  /** @param prefix of the namespaces that it looks at */
  constructor(api: Api, prefix: string) {
    this.#api = api;
    this.#prefix = prefix;
  }

  /** Resolves once it knows everything. */
  async start(): Promise<void> {
    const listener = {
      seen: (kind: WatchedKind, object: Obj) => this.#take(kind, object, object),
      gone: (kind: WatchedKind, object: Obj) => this.#take(kind, object, undefined),
      listed: (kind: WatchedKind, objects: readonly Obj[]) => this.#replace(kind, objects),
    };
    const begun = await Promise.all(KINDS.map((kind) => follow(this.#api, kind, listener, this.#stop.signal)));
    this.#following = begun.map(({ ended }) => ended);
  }

  /** Takes one namespace for what all have to be like. Throws where that is not what the policy says, or others differ. */
  learn(namespace: string): void {
    this.templates = Object.entries(EXPECTED).flatMap(([kind, names]) =>
      names.map((name) => {
        const object = this.#objects.get(keyOf(kind, namespace, name));
        if (object === undefined) throw new Error(`${namespace} lacks ${kind} ${name}`);
        return templateOf(kindNamed(kind), object);
      }),
    );
    assertClosed(this.templates);
    for (const name of this.#namespaces.keys()) this.#judgeNamespace(name);
    const [first] = this.#open.values();
    if (first !== undefined)
      throw new Error(`not converged: ${first.kind} ${first.namespace}/${first.name} is ${first.wrong}`);
  }

  /** From now on the quotas have to allow so many pods. */
  expectPods(pods: number): void {
    this.#pods = String(pods);
    for (const name of this.#namespaces.keys()) this.#judgeNamespace(name, true);
  }

  standing(namespace: string): Standing {
    const found = this.#namespaces.get(namespace);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return 'gone';
    return found.metadata.labels?.[SELECTED] === 'true' ? 'selected' : 'left';
  }

  /** Whether the namespace is there, if only to be deleted. */
  exists(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  /** Whether nothing is wrong there. */
  isRight(namespace: string): boolean {
    return this.templates.every(({ kind, name }) => !this.#open.has(keyOf(kind, namespace, name)));
  }

  /** Incidents that last. */
  open(): readonly Incident[] {
    return [...this.#open.values()];
  }

  /** All there were, those that last included. */
  all(): readonly Incident[] {
    return [...this.incidents, ...this.open()];
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#following);
  }

  #take(kind: WatchedKind, object: Obj, current: Obj | undefined): void {
    const { name, namespace = name } = object.metadata;
    if (!namespace.startsWith(this.#prefix)) return;
    const key = keyOf(kind.kind, namespace, kind.namespaced ? name : '');
    set(this.#objects, key, current);
    if (kind.kind === 'Namespace') {
      set(this.#namespaces, name, current);
      this.#judgeNamespace(name);
    } else {
      for (const template of this.templates) {
        if (template.kind === kind.kind && template.name === name) this.#judge(namespace, template);
      }
    }
  }

  #replace(kind: WatchedKind, objects: readonly Obj[]): void {
    const listed = new Set(objects.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`));
    const known = [...this.#objects].filter(([key]) => key.startsWith(`${kind.kind} `)).map(([, object]) => object);
    for (const object of known) {
      const { namespace = '', name } = object.metadata;
      if (!listed.has(`${namespace}/${name}`)) this.#take(kind, object, undefined);
    }
    for (const object of objects) this.#take(kind, object, object);
  }

  #judgeNamespace(namespace: string, byPolicy = false): void {
    for (const template of this.templates) this.#judge(namespace, template, byPolicy);
  }

  #judge(namespace: string, template: Template, byPolicy = false): void {
    const { kind, name } = template;
    const key = keyOf(kind, namespace, name);
    const standing = this.standing(namespace);
    const wrong = wrongness(template, standing, this.#objects.get(key), this.#pods);
    const open = this.#open.get(key);
    if (wrong !== undefined) {
      if (open === undefined) this.#open.set(key, { kind, namespace, name, wrong, byPolicy, from: performance.now() });
      return;
    }
    if (open === undefined) return;
    this.#open.delete(key);
    if (standing === 'gone') this.overtaken += 1;
    else this.incidents.push({ ...open, until: performance.now() });
  }
}

/** Whatever the operator made of the policy: a few things it can't have meant otherwise. */
function assertClosed(templates: readonly Template[]): void {
  const contentOf = (kind: string, name: string): string =>
    JSON.stringify(templates.find((template) => template.kind === kind && template.name === name)?.content);
  const deny = contentOf('NetworkPolicy', 'parapet-default-deny');
  if (deny !== '{"podSelector":{},"policyTypes":["Egress","Ingress"]}') throw new Error(`default-deny is ${deny}`);
  const quota = contentOf('ResourceQuota', 'parapet-compute');
  if (!quota.includes('"pods":"100"')) throw new Error(`the quota is ${quota}`);
  const levels = contentOf('Namespace', '');
  if (!levels.includes('"pod-security.kubernetes.io/enforce":"baseline"')) throw new Error(`the levels are ${levels}`);
}

function keyOf(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

function set<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
