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
import { selectedBy } from './bench-policy.ts';

/** A fresh control plane with Parapet's CRDs and permissions, and namespaces for the policies to come. */
export interface World {
  readonly controlPlane: ControlPlane;
  readonly admin: KubeClient;
  /** Of Parapet's own ServiceAccount. */
  readonly operatorKubeconfig: string;
  /** The audit log from now on. */
  tail(): Promise<AuditTail>;
  end(): Promise<void>;
}

/** How many connections whoever writes in bulk has. */
export const CONNECTIONS = 16;

/** Starts one with so many namespaces for each policy. */
export async function makeWorld(count: Readonly<Record<string, number>>): Promise<World> {
  const controlPlane = await startControlPlane({ auditLog: true });
  const admin = clientFor(controlPlane.kubeconfig, { connections: CONNECTIONS });
  await install(controlPlane.kubeconfig, admin);
  const operatorKubeconfig = join(controlPlane.dir, 'parapet.kubeconfig');
  await writeOperatorKubeconfig(admin, { admin: controlPlane.kubeconfig, file: operatorKubeconfig });
  const world: World = {
    controlPlane,
    admin,
    operatorKubeconfig,
    tail: () => AuditTail.open(controlPlane.auditLog),
    end: async () => {
      await admin.close();
      await controlPlane.stop();
    },
  };
  const wanted = Object.entries(count).flatMap(([policy, n]) => namesOf(policy, n).map((name) => ({ name, policy })));
  await createNamespaces(world, wanted);
  return world;
}

/** The namespaces of a policy. */
export function namesOf(policy: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${policy}-${String(index).padStart(5, '0')}`);
}

/** Creates a namespace that the policy selects. */
export async function createNamespace(admin: KubeClient, name: string, policy: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: selectedBy(policy) } };
  await call(admin, { method: 'POST', path: '/api/v1/namespaces', body });
}

/** Everything of a collection, page by page. */
export async function list(client: KubeClient, path: string): Promise<readonly KubeObject[]> {
  const all: KubeObject[] = [];
  for (let token: string | undefined; token !== '';) {
    const query = { limit: 500, continue: token };
    const page = await call<Page>(client, { method: 'GET', path, query });
    all.push(...page.items);
    token = page.metadata.continue ?? '';
  }
  return all;
}

interface Page {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly KubeObject[];
}

/**
 * Resolves when kube-controller-manager has done its part in every namespace, a ServiceAccount and a ConfigMap, so that it
 * isn't timed.
 */
async function createNamespaces(
  world: World,
  wanted: readonly { readonly name: string; readonly policy: string }[],
): Promise<void> {
  const tail = await world.tail();
  const done = new Map(['serviceaccounts', 'configmaps'].map((resource) => [resource, new Set<string>()]));
  await each(wanted, CONNECTIONS, ({ name, policy }) => createNamespace(world.admin, name, policy));
  const names = new Set(wanted.map(({ name }) => name));
  await until(
    'kube-controller-manager to do its part in every namespace',
    async () => {
      for (const { verb, resource, namespace, code } of await tail.read()) {
        if (verb === 'create' && code < 300 && names.has(namespace)) done.get(resource)?.add(namespace);
      }
      return [...done.values()].every(({ size }) => size === names.size);
    },
    { deadlineMs: 900_000, everyMs: 200 },
  );
}
