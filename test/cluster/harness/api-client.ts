import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { parse } from 'yaml';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import type { Ref } from './refs.ts';
import { Witness } from './witness.ts';

/** Which object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Which objects; of every namespace where none is named. */
export interface ListRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** A reply other than 2xx. */
export class StatusError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, body: { readonly message?: string; readonly reason?: string }) {
    super(`${status} ${body.reason ?? ''}: ${body.message ?? ''}`);
    this.status = status;
    this.reason = body.reason ?? '';
  }
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

interface ApiResource {
  readonly kind: string;
  readonly name: string;
  readonly namespaced: boolean;
}

/** A client that owes nothing to the one under test: it finds a kind's URL by discovery and keeps no state but that. */
export class ApiClient {
  readonly #server: string;
  readonly #token: string;
  readonly #user: string | undefined;
  readonly #agent: Agent;
  readonly #discovered = new Map<string, Promise<readonly ApiResource[]>>();

  /**
   * @param kubeconfig one cluster, one user with a token
   * @param user whom to act as, where the one of the kubeconfig may
   */
  constructor(kubeconfig: string, user?: string) {
    this.#user = user;
    const config = parse(readFileSync(kubeconfig, 'utf8')) as {
      readonly clusters: [{ readonly cluster: { readonly server: string; 'certificate-authority-data': string } }];
      readonly users: [{ readonly user: { readonly token: string } }];
    };
    const { cluster } = config.clusters[0];
    this.#server = cluster.server;
    this.#token = config.users[0].user.token;
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    this.#agent = new Agent({ connect: { ca } });
  }

  async create<T extends KubeObject = KubeObject>(object: KubeObject, fieldManager = 'test'): Promise<T> {
    const path = await this.#collection(object.apiVersion, object.kind, object.metadata.namespace);
    return this.call<T>({ method: 'POST', path: `${path}?fieldManager=${fieldManager}`, body: object });
  }

  /** Creates nothing: what would come of it. */
  async tryCreate(object: KubeObject): Promise<KubeObject> {
    const path = await this.#collection(object.apiVersion, object.kind, object.metadata.namespace);
    return this.call({ method: 'POST', path: `${path}?dryRun=All`, body: object });
  }

  /** Undefined where there is none. */
  async get<T extends KubeObject = KubeObject>(ref: ObjectRef): Promise<T | undefined> {
    try {
      return await this.call<T>({ method: 'GET', path: await this.#path(ref) });
    } catch (error) {
      if (error instanceof StatusError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Rejects where there is none. */
  async read<T extends KubeObject>(ref: Ref<T>): Promise<T> {
    return this.call<T>({ method: 'GET', path: await this.#path(ref) });
  }

  async list<T extends KubeObject = KubeObject>(ref: ListRef): Promise<readonly T[]> {
    const path = await this.#collection(ref.apiVersion, ref.kind, ref.namespace);
    const query = ref.labelSelector === undefined ? '' : `?labelSelector=${encodeURIComponent(ref.labelSelector)}`;
    const { items } = await this.call<{ readonly items: readonly T[] }>({ method: 'GET', path: `${path}${query}` });
    return items.map((item) => ({ ...item, apiVersion: ref.apiVersion, kind: ref.kind }));
  }

  /** A JSON merge patch, or a JSON Patch where it is a list. */
  async patch<T extends KubeObject = KubeObject>(ref: ObjectRef, body: unknown, subresource = ''): Promise<T> {
    const contentType = Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
    return this.call<T>({ method: 'PATCH', path: `${await this.#path(ref)}${subresource}`, body, contentType });
  }

  /** A merge patch by somebody who leaves his name in managedFields, as `kubectl edit` does. */
  async edit<T extends KubeObject>(ref: Ref<T>, body: object, fieldManager = 'tenant'): Promise<T> {
    return this.patch<T>(ref, body, `?fieldManager=${fieldManager}`);
  }

  /** A forced server-side apply. */
  async apply<T extends KubeObject = KubeObject>(object: KubeObject, fieldManager = 'test'): Promise<T> {
    const { apiVersion, kind, metadata } = object;
    const path = await this.#path({ apiVersion, kind, ...metadata });
    return this.call<T>({
      method: 'PATCH',
      path: `${path}?fieldManager=${fieldManager}&force=true`,
      body: object,
      contentType: 'application/apply-patch+yaml',
    });
  }

  /** Absent already is as good as deleted. */
  async delete(ref: ObjectRef): Promise<void> {
    try {
      await this.call({ method: 'DELETE', path: await this.#path(ref) });
    } catch (error) {
      if (!(error instanceof StatusError && error.status === 404)) throw error;
    }
  }

  /** A deletecollection. */
  async deleteAll({ apiVersion, kind, namespace }: ListRef): Promise<void> {
    await this.call({ method: 'DELETE', path: await this.#collection(apiVersion, kind, namespace) });
  }

  /** Watches from now on, until the witness is closed. */
  async watch(ref: ListRef): Promise<Witness> {
    const path = await this.#collection(ref.apiVersion, ref.kind, ref.namespace);
    const { metadata } = await this.call<{ readonly metadata: { readonly resourceVersion: string } }>({
      method: 'GET',
      path,
    });
    const { body } = await this.#send({
      method: 'GET',
      path: `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`,
    });
    return new Witness(body);
  }

  /** Any call. Rejects with a StatusError where the reply isn't 2xx. */
  async call<T>(call: Call): Promise<T> {
    const reply = await this.#send(call);
    const text = await reply.body.text();
    const answer: unknown = text.startsWith('{') ? JSON.parse(text) : { message: text };
    if (reply.statusCode >= 300) throw new StatusError(reply.statusCode, answer as { message?: string });
    return answer as T;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #send({ method, path, body, contentType = 'application/json' }: Call): ReturnType<typeof request> {
    return request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': contentType,
        ...(this.#user === undefined ? {} : { 'impersonate-user': this.#user }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  async #path({ apiVersion, kind, name, namespace }: ObjectRef): Promise<string> {
    return `${await this.#collection(apiVersion, kind, namespace)}/${name}`;
  }

  async #collection(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const prefix = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const found = (await this.#resources(prefix)).find((entry) => entry.kind === kind && !entry.name.includes('/'));
    if (found === undefined) throw new Error(`the API server knows no ${kind} in ${apiVersion}`);
    const scope = found.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
    return `${prefix}${scope}/${found.name}`;
  }

  #resources(prefix: string): Promise<readonly ApiResource[]> {
    const known = this.#discovered.get(prefix);
    if (known !== undefined) return known;
    const found = this.call<{ readonly resources: readonly ApiResource[] }>({ method: 'GET', path: prefix }).then(
      ({ resources }) => resources,
    );
    this.#discovered.set(prefix, found);
    found.catch(() => this.#discovered.delete(prefix)); // a CRD may come
    return found;
  }
}
