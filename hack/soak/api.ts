import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { parse } from 'yaml';

/** An object as JSON; the auditor owes nothing to the operator's types. */
export interface Obj {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [member: string]: unknown;
}

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Obj;
}

export interface Reply<T = Obj> {
  readonly status: number;
  readonly body: T;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

/** The least there is of a client: nothing of it is the operator's own. */
export class Api {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  private constructor({ clusters, users }: Kubeconfig) {
    const { cluster } = clusters[0];
    this.#server = cluster.server;
    this.#token = users[0].user.token;
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    this.#agent = new Agent({ connect: { ca }, headersTimeout: 60_000, bodyTimeout: 0 });
  }

  /** @param kubeconfig one cluster, one user with a token */
  static async of(kubeconfig: string): Promise<Api> {
    return new Api(parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig);
  }

  /** Any status is an answer. */
  async call<T = Obj>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Reply<T>> {
    const reply = await request(`${this.#server}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: this.#headers(method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'),
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await reply.body.text();
    return { status: reply.statusCode, body: (text.startsWith('{') ? JSON.parse(text) : {}) as T };
  }

  /** The lines of a watch, until it ends or the signal aborts it. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<WatchLine> {
    const { body, statusCode } = await request(`${this.#server}${path}`, {
      dispatcher: this.#agent,
      headers: this.#headers('application/json'),
      signal,
    });
    if (statusCode !== 200) throw new Error(`${path}: HTTP status ${statusCode}`);
    for await (const line of createInterface({ input: body })) yield JSON.parse(line) as WatchLine;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #headers(contentType: string): Record<string, string> {
    return { authorization: `Bearer ${this.#token}`, 'content-type': contentType };
  }
}
