import { expect } from 'chai';
import fc from 'fast-check';
import { apiVersionOf } from '../../../src/slots/kube-object.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { wholeKinds } from '../../../src/slots/object-kinds.ts';
import { slotKinds } from '../../../src/slots/registry.ts';
import type { SlotKind } from '../../../src/slots/slot-kind.ts';
import { claim, context } from '../../slots/fold-context.ts';
import { samplesOf } from '../../slots/samples.ts';
import type { Cluster } from './cluster.ts';
import { exception, namespace, policy, slot } from './refs.ts';
import { reconciled } from './reports.ts';
import { eventually } from './until.ts';

const PARAPET = 'parapet.dev/v1alpha1';
const DENY = 'NetworkPolicy/parapet-default-deny';
const OURS = 'app.kubernetes.io/managed-by=parapet';
const people = [{ kind: 'Group', name: 'people' }];
const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }];
const LEVEL = 'pod-security.kubernetes.io/enforce';

/** Every block of a policy that makes an object or sets a field, and what else makes the operator write. */
const spec = {
  mode: 'Enforce',
  deletionPolicy: 'Delete',
  networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow: ['DNS'] },
  resourceQuotas: [{ name: 'compute', hard: { pods: 10 } }],
  limitRange: { limits: [{ type: 'Container', default: { cpu: '500m' } }] },
  roles: [
    { name: 'own', rules, subjects: people },
    { name: 'viewer', clusterRole: 'view', subjects: people },
  ],
  podSecurity: { enforce: 'baseline' },
  defaultServiceAccount: { automountServiceAccountToken: false },
};

/** Kinds that came later ask for something as well. */
const later = slotKinds.filter(({ field }) => !Object.hasOwn(spec, field)).map((kind) => [kind.field, sampleOf(kind)]);

function sampleOf(kind: SlotKind): unknown {
  const blocks = fc.sample(samplesOf(kind), { numRuns: 50, seed: 1 });
  return blocks.find((block) => kind.fold([claim('p', block)], context()).length > 0);
}

/** One policy on one namespace, both of this name, and all that can be done to them. */
export class Exercise {
  readonly #cluster: Cluster;
  readonly name: string;

  constructor(cluster: Cluster, name: string) {
    this.#cluster = cluster;
    this.name = name;
  }

  /** A policy comes, and an exception to it. */
  async begin(): Promise<void> {
    const { name } = this;
    const labels = { exercise: name };
    await this.#create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    const namespaceSelector = { matchLabels: labels };
    const kind = 'ClusterSecurityPolicy';
    await this.#create({
      apiVersion: PARAPET,
      kind,
      metadata: { name },
      spec: { ...spec, ...Object.fromEntries(later), namespaceSelector },
    });
    await this.except();
  }

  async begun(): Promise<void> {
    await reconciled(this.#cluster, this.name, '1/1');
  }

  async except(): Promise<void> {
    const expirationTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    const about = { owner: 'team', reason: 'a test', expirationTime, includeNames: [this.name], effect: 'Ignore' };
    const kind = 'SecurityException';
    const spec_ = { ...about, slots: ['NetworkPolicy/parapet-policy-none'] };
    await this.#create({ apiVersion: PARAPET, kind, metadata: { name: this.name }, spec: spec_ });
  }

  /** Somebody takes our labels off every object, and changes the fields of others'. */
  async tamper(): Promise<void> {
    for (const { resource } of wholeKinds) {
      const ref = { apiVersion: apiVersionOf(resource), kind: resource.kind, namespace: this.name };
      for (const { metadata } of await this.#cluster.admin.list({ ...ref, labelSelector: OURS })) {
        await this.#cluster.admin.edit({ ...ref, name: metadata.name }, { metadata: { labels: null } });
      }
    }
    await this.#cluster.admin.edit(slot(this.name, 'ServiceAccount/default'), { automountServiceAccountToken: true });
    await this.#cluster.admin.edit(namespace(this.name), { metadata: { labels: { [LEVEL]: 'privileged' } } });
  }

  async repaired(): Promise<void> {
    await eventually('the label is back', async () => {
      expect((await this.#cluster.admin.read(namespace(this.name))).metadata.labels).to.include({
        [LEVEL]: 'baseline',
      });
    });
    await reconciled(this.#cluster, this.name, '1/1');
  }

  /** Somebody deletes the same object again and again: the same Event, counted. */
  async deleteTwice(): Promise<void> {
    for (let time = 0; time < 2; time += 1) {
      const { uid } = (await this.#cluster.admin.read(slot(this.name, DENY))).metadata;
      await this.#cluster.admin.delete(slot(this.name, DENY));
      await eventually('the default-deny is back', async () => {
        expect((await this.#cluster.admin.read(slot(this.name, DENY))).metadata.uid).not.to.equal(uid);
      });
    }
  }

  /** An edit that would be held if pods violated it. */
  async tighten(): Promise<void> {
    const resourceQuotas = [{ name: 'compute', hard: { 'requests.cpu': 4, pods: 5 } }];
    await this.#cluster.admin.edit(policy(this.name), { spec: { resourceQuotas } });
  }

  /** The policy goes and takes everything along. */
  async end(): Promise<void> {
    await this.#cluster.admin.delete(policy(this.name));
  }

  async ended(): Promise<void> {
    await eventually('the policy is gone', async () => {
      expect(await this.#cluster.admin.get(policy(this.name))).to.equal(undefined);
    });
    await this.#cluster.admin.delete(exception(this.name));
  }

  async #create(object: KubeObject): Promise<void> {
    await this.#cluster.admin.create(object);
  }
}
