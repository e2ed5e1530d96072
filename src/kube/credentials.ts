import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { TransportError } from '../errors.ts';
import type { Timing } from './timing.ts';

/** All that a call needs to reach the API server and to be somebody there. */
export interface Credentials {
  readonly server: URL;
  readonly proxyUrl: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  /** Differs where a connection made with the older material must serve no new call. */
  readonly fingerprint: string;
}

export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

// Kubelets rotate a projected token at 80 % of its life; a minute is what client-go grants itself as well.
const FRESH_MS = 55_000;
// A file in the middle of its rotation is looked at again soon, and the older credentials serve till then.
const RETRY_MS = 5_000;
const PATIENCE_MS = 20_000;

/** Keeps credentials fresh: read again within a minute, and at once when the API server says 401. */
export class CredentialSource {
  readonly #load: () => KubeConfig;
  readonly #timing: Timing;
  #config: KubeConfig | undefined;
  #current: Credentials | undefined;
  #freshUntil = Number.NEGATIVE_INFINITY;
  #reading: Promise<Credentials> | undefined;

  constructor(load: () => KubeConfig, timing: Timing) {
    this.#load = load;
    this.#timing = timing;
  }

  /** The credentials to use now. Rejects with a TransportError `Credentials` when there never were any. */
  async current(): Promise<Credentials> {
    if (this.#current !== undefined && this.#timing.now() < this.#freshUntil) return this.#current;
    return this.#read(false);
  }

  /** The API server refused these. Reads anew; true when that brought others. */
  async renew(refused: Credentials): Promise<boolean> {
    if (this.#current !== refused) return true;
    const next = await this.#read(true);
    return (
      next.headers['authorization'] !== refused.headers['authorization'] || next.fingerprint !== refused.fingerprint
    );
  }

  #read(refused: boolean): Promise<Credentials> {
    this.#reading ??= this.#readOnce(refused).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(refused: boolean): Promise<Credentials> {
    try {
      // Plugins cache what they fetched until it expires, or is refused; files are simply read again.
      if (this.#config === undefined || !keepsState(this.#config, refused)) this.#config = this.#load();
      this.#current = await this.#inTime(this.#config);
      this.#freshUntil = this.#timing.now() + FRESH_MS;
    } catch (error) {
      if (this.#current === undefined) throw error;
      this.#freshUntil = this.#timing.now() + RETRY_MS;
    }
    return this.#current;
  }

  /** A plugin that waits for somebody to type something would hold up every call. */
  async #inTime(config: KubeConfig): Promise<Credentials> {
    const done = new AbortController();
    const late = this.#timing.sleep(PATIENCE_MS, done.signal).then(() => {
      throw new TransportError('Credentials', `${explain(config, undefined)} (no answer in ${PATIENCE_MS / 1000} s)`);
    });
    // Once the credentials are here, nobody waits for the clock any more.
    late.catch(() => undefined);
    return Promise.race([resolveCredentials(config), late]).finally(() => done.abort());
  }
}

function keepsState(config: KubeConfig, refused: boolean): boolean {
  const user = config.getCurrentUser();
  const provider: unknown = user?.authProvider?.name;
  // An OIDC refresh token may have been rotated in memory: the file's is then worthless.
  return provider === 'oidc' || ((Boolean(user?.exec) || provider === 'exec') && !refused);
}

/** One reading: certificate, key, CA, and the headers that a token, a plugin or a password leads to. */
async function resolveCredentials(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new TransportError('Credentials', explain(config, error));
  }
  const cluster = config.getCurrentCluster();
  const tls = tlsOf(options);
  const server = new URL(cluster?.server ?? '');
  const proxyUrl = cluster?.proxyUrl;
  return { server, proxyUrl, headers: headersOf(options), tls, fingerprint: fingerprint([server.href, proxyUrl, tls]) };
}

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  const material = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(material).filter(([, value]) => value !== undefined)) as TlsMaterial;
}

function headersOf(options: RequestOptions): Record<string, string> {
  const given = Object.entries(options.headers ?? {});
  // A token file may end in a newline, which no header may hold.
  const headers = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value).trim()]));
  if (typeof options.auth === 'string') {
    headers['authorization'] ??= `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function fingerprint(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}

/** A plugin's own words may hold a token, so they are not repeated. */
function explain(config: KubeConfig, error: unknown): string {
  const user = config.getCurrentUser();
  const command: unknown = user?.exec?.command;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (typeof command === 'string')
    return `credential plugin "${command}" gave no credentials ${code}: run it by hand to see why`;
  return `cannot read the credentials of kubeconfig user "${user?.name ?? ''}" ${code}`;
}
