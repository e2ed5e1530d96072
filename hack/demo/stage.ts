import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeClient } from '../../src/kube/client.ts';
import { call, clientFor } from '../support/admin.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { kubectlOrThrow } from '../support/kubectl.ts';

/** The cluster the demo plays on. */
export interface Stage {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** For files of the demo's own. */
  readonly dir: string;
  /** One clause for the reader: which cluster it is. */
  readonly described: string;
  /** Takes away what the demo made. */
  strike(): Promise<void>;
}

const LABELLED = '/api/v1/namespaces?labelSelector=parapet.dev%2Fposture%3Dbaseline';
const DEMO_NAMESPACES = '/api/v1/namespaces?labelSelector=parapet.dev%2Fdemo';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/clustersecuritypolicies.parapet.dev';
const POLICY = '/apis/parapet.dev/v1alpha1/clustersecuritypolicies/baseline';

/** The existing cluster of that kubeconfig, or a control plane of our own where there is none. */
export async function setStage(existing: string | undefined): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'parapet-demo-'));
  try {
    return await (existing === undefined ? ownStage(dir) : existingStage(existing, dir));
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function ownStage(dir: string): Promise<Stage> {
  const from = performance.now();
  const controlPlane = await startControlPlane({ dir });
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  const { kubeconfig } = controlPlane;
  const client = clientFor(kubeconfig);
  const { gitVersion } = await call<{ gitVersion: string }>(client, { method: 'GET', path: '/version' });
  return {
    kubeconfig,
    client,
    dir,
    described: `etcd, kube-apiserver and kube-controller-manager ${gitVersion}, up in ${seconds} s`,
    strike: async () => {
      await client.close();
      await controlPlane.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function existingStage(kubeconfig: string, dir: string): Promise<Stage> {
  const client = clientFor(kubeconfig);
  const { gitVersion } = await call<{ gitVersion: string }>(client, { method: 'GET', path: '/version' });
  await refuseToTouchOthers(client);
  const wasInstalled = await exists(client, CRD);
  return {
    kubeconfig,
    client,
    dir,
    described: `the existing cluster, ${gitVersion}`,
    strike: async () => {
      await client.close();
      await removeTraces(kubeconfig, wasInstalled);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The sample policy closes networks: on a cluster of somebody's it may only ever select the demo's own namespaces. */
async function refuseToTouchOthers(client: KubeClient): Promise<void> {
  if (await exists(client, POLICY)) {
    throw new Error('the cluster has a ClusterSecurityPolicy "baseline" already, which the demo would replace');
  }
  for (const path of [LABELLED, DEMO_NAMESPACES]) {
    const { items } = await call<{ items: { metadata: { name: string } }[] }>(client, { method: 'GET', path });
    const [found] = items;
    if (found !== undefined) {
      throw new Error(`namespace "${found.metadata.name}" carries a label of the demo's: it would be changed`);
    }
  }
}

async function exists(client: KubeClient, path: string): Promise<boolean> {
  return (await client.request({ method: 'GET', path })).status === 200;
}

async function removeTraces(kubeconfig: string, keepInstallation: boolean): Promise<void> {
  const gone = '--ignore-not-found';
  const removals = [
    ['delete', 'clustersecuritypolicies.parapet.dev', 'baseline', gone],
    ['delete', 'namespaces', '--selector', 'parapet.dev/demo=true', gone],
    ...(keepInstallation
      ? []
      : [
          ['delete', '-k', 'config/flowcontrol', gone],
          ['delete', '-k', 'config/rbac', gone],
          ['delete', '-f', 'crds/', gone],
        ]),
  ];
  for (const removal of removals) await kubectlOrThrow(kubeconfig, removal).catch(() => '');
}
