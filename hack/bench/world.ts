import { join } from 'node:path';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { call, clientFor } from '../support/admin.ts';
import { startControlPlane } from '../support/control-plane.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { each } from '../support/each.ts';
import { install } from '../support/install.ts';
import { writeOperatorKubeconfig } from '../support/operator-kubeconfig.ts';
import { until } from '../support/until.ts';
import { AuditTail } from './audit-tail.ts';

/** A fresh control plane with Parapet's CRDs and permissions and so many namespaces that the sample policy selects. */
export interface World {
  readonly controlPlane: ControlPlane;
  readonly admin: KubeClient;
  readonly audit: AuditTail;
  readonly namespaces: readonly string[];
  end(): Promise<void>;
}

/** How many connections whoever writes in bulk has. */
export const CONNECTIONS = 16;

/** Makes one; resolves when kube-controller-manager has done its part in every namespace, so that it isn't timed. */
export async function makeWorld(count: number): Promise<World> {
  const controlPlane = await startControlPlane({ auditLog: true });
  const admin = clientFor(controlPlane.kubeconfig, { connections: CONNECTIONS });
  await install(controlPlane.kubeconfig, admin);
  const namespaces = Array.from({ length: count }, (_, index) => `team-${String(index).padStart(5, '0')}`);
  await each(namespaces, CONNECTIONS, (name) => createNamespace(admin, name));
  // `kube-system` and the like have theirs as well.
  const settled = async (plural: string): Promise<boolean> =>
    (await list(admin, `/api/v1/${plural}`)).filter(({ metadata }) => metadata.namespace?.startsWith('team-')).length >=
    count;
  for (const plural of ['serviceaccounts', 'configmaps']) {
    await until(`${plural} in every namespace`, () => settled(plural), { deadlineMs: 600_000, everyMs: 500 });
  }
  return {
    controlPlane,
    admin,
    audit: new AuditTail(controlPlane.auditLog),
    namespaces,
    end: async () => {
      await admin.close();
      await controlPlane.stop();
    },
  };
}

/** A kubeconfig of Parapet's own ServiceAccount. */
export async function operatorKubeconfig({ admin, controlPlane }: World): Promise<string> {
  const file = join(controlPlane.dir, 'parapet.kubeconfig');
  await writeOperatorKubeconfig(admin, { admin: controlPlane.kubeconfig, file });
  return file;
}

/** A whole collection. */
export async function list(client: KubeClient, path: string): Promise<readonly KubeObject[]> {
  const { items } = await call<{ items: readonly KubeObject[] }>(client, { method: 'GET', path });
  return items;
}

async function createNamespace(admin: KubeClient, name: string): Promise<void> {
  const metadata = { name, labels: { 'parapet.dev/posture': 'baseline' } };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata };
  await call(admin, { method: 'POST', path: '/api/v1/namespaces', body });
}
