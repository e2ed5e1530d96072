import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { apiVersionOf } from '../../../src/slots/kube-object.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { objectKinds } from '../../../src/slots/object-kinds.ts';
import { uniqueName } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { policy, posture } from './refs.ts';
import { reconciled } from './reports.ts';
import { eventually } from './until.ts';

export const CLEANUP = 'parapet.dev/cleanup';
/** What the fixture `deletion` puts into a namespace. */
export const CHILDREN = [
  'LimitRange/parapet-limits',
  'NetworkPolicy/parapet-allow-dns',
  'NetworkPolicy/parapet-default-deny',
  'ResourceQuota/parapet-compute',
  'Role/parapet-on-call',
  'RoleBinding/parapet-on-call',
];

/** A policy of the fixture `deletion` and the namespaces it selects, under names that no other test has. */
export class DeletionWorld {
  readonly cluster: Cluster;
  readonly name = uniqueName('deletion');
  readonly namespaces: string[] = [];

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  async createNamespaces(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      this.namespaces.push(await this.cluster.createNamespace({ suite: this.name }));
    }
  }

  async createPolicy(spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const text = readFileSync(new URL('../fixtures/deletion.yaml', import.meta.url), 'utf8');
    const fixture = parse(text) as KubeObject & { readonly spec: object };
    const namespaceSelector = { matchLabels: { suite: this.name } };
    const object = { ...fixture, spec: { ...fixture.spec, namespaceSelector, ...spec } };
    await this.cluster.admin.create({ ...object, metadata: { name: this.name } });
  }

  async edit(spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.cluster.admin.edit(policy(this.name), { spec });
  }

  async deletePolicy(): Promise<void> {
    await this.cluster.admin.delete(policy(this.name));
  }

  /** Every namespace has everything. */
  async converged(): Promise<void> {
    const { length } = this.namespaces;
    await reconciled(this.cluster, this.name, `${length}/${length}`, 60_000);
  }

  async policyGone(deadlineMs?: number): Promise<void> {
    const gone = async (): Promise<void> => {
      expect(await this.cluster.admin.get(policy(this.name))).to.equal(undefined);
    };
    await eventually(`${this.name} is gone`, gone, deadlineMs);
  }

  async finalizers(): Promise<readonly string[]> {
    return (await this.cluster.admin.read(policy(this.name))).metadata.finalizers ?? [];
  }

  /** `Kind/name` of all in a namespace that slots are made of as a whole, whoever wrote it; sorted. */
  async objectsIn(namespace: string): Promise<readonly string[]> {
    const whole = objectKinds.filter(({ fields }) => fields === undefined);
    const lists = whole.map(({ resource }) =>
      this.cluster.admin.list({ apiVersion: apiVersionOf(resource), kind: resource.kind, namespace }),
    );
    return (await Promise.all(lists))
      .flat()
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
      .toSorted();
  }

  /** Every object and report is gone from every namespace. */
  async expectNothingLeft(): Promise<void> {
    for (const namespace of this.namespaces) {
      expect(await this.objectsIn(namespace), namespace).to.deep.equal([]);
      expect(await this.cluster.admin.get(posture(namespace)), namespace).to.equal(undefined);
    }
  }

  /** Every object is there, and reported as Orphaned. */
  async expectOrphaned(): Promise<void> {
    for (const namespace of this.namespaces) {
      expect(await this.objectsIn(namespace), namespace).to.deep.equal(CHILDREN);
      await eventually('all of it is reported', async () => {
        const { slots } = await this.cluster.admin.read(posture(namespace));
        expect(slots.map(({ slot, state }) => `${state} ${slot}`)).to.deep.equal(
          CHILDREN.map((child) => `Orphaned ${child}`),
        );
      });
    }
  }
}

/** A world with so many namespaces, each of which has everything. */
export async function convergedWorld(
  cluster: Cluster,
  count: number,
  spec: Readonly<Record<string, unknown>>,
): Promise<DeletionWorld> {
  const world = new DeletionWorld(cluster);
  await world.createNamespaces(count);
  await world.createPolicy(spec);
  await world.converged();
  return world;
}
