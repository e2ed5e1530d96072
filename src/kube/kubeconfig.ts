import { accessSync, readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { TransportError } from '../errors.ts';

/** Which cluster to talk to, and as whom. */
export interface KubeConfigSource {
  /** A kubeconfig file; else `KUBECONFIG`, else the pod's own service account, else `~/.kube/config`. */
  readonly file?: string | undefined;
  /** Another context than the file's current one. */
  readonly context?: string | undefined;
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Reads the kubeconfig anew. Throws a TransportError `Credentials` that names what is missing, never what was read. */
export function loadKubeConfig(source: KubeConfigSource, env: NodeJS.ProcessEnv = process.env): KubeConfig {
  const config = read(source, env);
  if (source.context !== undefined) config.setCurrentContext(source.context);
  config.clusters = config.clusters.map(allowLoopback);
  if (config.getCurrentCluster() === null) {
    throw new TransportError(
      'Credentials',
      `the kubeconfig has no cluster for context "${config.getCurrentContext()}"`,
    );
  }
  return config;
}

function read(source: KubeConfigSource, env: NodeJS.ProcessEnv): KubeConfig {
  const listed = source.file === undefined ? env['KUBECONFIG'] : source.file;
  if (listed !== undefined && listed !== '') return readFiles(listed.split(delimiter).filter((file) => file !== ''));
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined && exists(SERVICE_ACCOUNT_TOKEN)) {
    const config = new KubeConfig();
    config.loadFromCluster();
    return config;
  }
  const home = resolve(env['HOME'] ?? '/', '.kube/config');
  if (exists(home)) return readFiles([home]);
  throw new TransportError('Credentials', 'no kubeconfig: set --kubeconfig or KUBECONFIG, or run inside a cluster');
}

function readFiles(files: readonly string[]): KubeConfig {
  const config = new KubeConfig();
  for (const [index, file] of files.entries()) {
    const next = index === 0 ? config : new KubeConfig();
    readFile(next, file);
    if (next !== config) config.mergeConfig(next, true);
  }
  return config;
}

function readFile(config: KubeConfig, file: string): void {
  try {
    config.loadFromString(JSON.stringify(withTokenFiles(parse(readFileSync(file, 'utf8')), dirname(file))));
    config.makePathsAbsolute(dirname(file));
  } catch (error) {
    // A parser's message quotes what it read, and a kubeconfig holds keys.
    const why = (error as NodeJS.ErrnoException).code ?? 'not a kubeconfig';
    throw new TransportError('Credentials', `cannot read kubeconfig ${file}: ${why}`);
  }
}

/** client-node reads kubectl's `tokenFile` only as an auth provider, and then looks for a new token by itself. */
function withTokenFiles(
  document: { users?: { name: string; user?: Record<string, unknown> }[] },
  root: string,
): unknown {
  const users = document.users?.map((entry) => {
    const file = entry.user?.['tokenFile'];
    if (typeof file !== 'string') return entry;
    const provider = { name: 'tokenFile', config: { tokenFile: resolve(root, file) } };
    return { ...entry, user: { ...entry.user, 'auth-provider': provider } };
  });
  return { ...document, users };
}

/** Plain http is for a proxy on this machine; elsewhere client-node's own rule holds: only with TLS verification off. */
function allowLoopback(cluster: Cluster): Cluster {
  const loopback = /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:|\/|$)/.test(cluster.server);
  return loopback ? { ...cluster, skipTLSVerify: true } : cluster;
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}
