import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeConfig } from '@kubernetes/client-node';
import { loadKubeConfig } from '../../../src/kube/kubeconfig.ts';

/** Passes bytes on to an API server and back, TLS and all: what happens to connections, not to calls. */
export interface Relay {
  /** Connections accepted so far. */
  connections(): number;
  /** Those open now pass on nothing more, either way, and nobody is told. */
  freeze(): void;
  /** Those open now break. */
  reset(): void;
  /** The kubeconfig it was made of, but through the relay. */
  load(): KubeConfig;
  close(): Promise<void>;
}

export async function relayTo(kubeconfig: string): Promise<Relay> {
  const { hostname, port } = new URL(loadKubeConfig({ file: kubeconfig }).getCurrentCluster()?.server ?? '');
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => open.delete(from) && to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    connections: () => connections,
    freeze: () => open.forEach((socket) => socket.unpipe().pause()),
    reset: () => open.forEach((socket) => socket.resetAndDestroy()),
    load: () => {
      const config = loadKubeConfig({ file: kubeconfig });
      config.clusters = config.clusters.map((cluster) => ({ ...cluster, server: url }));
      return config;
    },
    close: async () => {
      open.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
