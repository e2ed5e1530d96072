import { expect } from 'chai';
import fc from 'fast-check';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { Content, ObjectKind, SlotKind } from '../../src/slots/slot-kind.ts';
import { claim, context } from '../slots/fold-context.ts';
import { samplesOf } from '../slots/samples.ts';
import { sharedCluster, uniqueName } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { policy } from './harness/refs.ts';
import { sharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const LABEL = 'parapet.dev/every-kind';

/** Blocks that ask for something, always the same ones. */
function blocksOf(kind: SlotKind): readonly unknown[] {
  const samples = fc.sample(samplesOf(kind), { numRuns: 50, seed: 1 });
  return samples.filter((block) => contentsOf(kind, block).length > 0);
}

function contentsOf(kind: SlotKind, block: unknown): readonly { readonly kind: string; readonly content: Content }[] {
  return kind.fold([claim('p', block)], context());
}

function ours(object: KubeObject): Content {
  return objectKindOf(object.kind)?.normalize(object) ?? {};
}

/** What another block would have made of the object, as far as the API server lets one be changed into the other. */
function otherContent(kind: SlotKind, { needsRecreate }: ObjectKind, live: KubeObject): Content | undefined {
  const others = blocksOf(kind).flatMap((block) => contentsOf(kind, block));
  return others
    .filter((other) => other.kind === live.kind)
    .map(({ content }) => content)
    .find((content) => JSON.stringify(content) !== JSON.stringify(ours(live)) && !needsRecreate?.(ours(live), content));
}

/** Fields of others' objects are neither created nor deleted: test/cluster/default-service-account.test.ts. */
const wholeSlots = slotKinds.filter(({ objects }) => objects.every(({ fields }) => fields === undefined));

for (const kind of wholeSlots) {
  describe(`Every kind: ${kind.field}`, function () {
    this.timeout(60_000);
    const name = uniqueName('every-kind');
    let cluster: Cluster;
    let namespace: string;
    let wanted: readonly KubeObject[];

    before(async () => {
      cluster = await sharedCluster();
      await sharedOperator();
      await cluster.applyFixture('every-kind');
      namespace = await cluster.createNamespace({ [LABEL]: name });
    });

    /** All that Parapet keeps in the namespace. */
    async function children(): Promise<readonly KubeObject[]> {
      const labelSelector = 'app.kubernetes.io/managed-by=parapet';
      const lists = kind.objects.map(({ resource }) => {
        const ref = { apiVersion: apiVersionOf(resource), kind: resource.kind };
        return cluster.admin.list({ ...ref, namespace, labelSelector });
      });
      return (await Promise.all(lists)).flat();
    }

    async function restored(): Promise<void> {
      await eventually('all is as before', async () => {
        expect((await children()).map(ours)).to.deep.equal(wanted.map(ours));
      });
    }

    it('is created as a policy asks', async () => {
      const [block] = blocksOf(kind);
      const spec = { mode: 'Enforce', namespaceSelector: { matchLabels: { [LABEL]: name } }, [kind.field]: block };
      const { apiVersion, kind: policyKind } = policy(name);
      await cluster.admin.create({ apiVersion, kind: policyKind, metadata: { name }, spec });
      await eventually('the namespace is compliant', async () => {
        const { status } = await cluster.admin.read(policy(name));
        expect(status.namespaces?.summary).to.equal('1/1');
      });
      wanted = await children();
      expect(new Set(wanted.map((object) => object.kind))).to.deep.equal(
        new Set(contentsOf(kind, block).map((object) => object.kind)),
      );
    });

    it('is repaired where somebody wrote what another policy might ask for', async () => {
      for (const object of wanted) {
        const objectKind = objectKindOf(object.kind) as ObjectKind;
        const other = otherContent(kind, objectKind, object);
        expect(other, `another content for ${object.kind}`).to.not.equal(undefined);
        const operations = Object.entries(other ?? {}).map(([member, value]) => ({
          op: 'add',
          path: `/${member}`,
          value,
        }));
        await cluster.admin.patch({ ...object, name: object.metadata.name, namespace }, operations);
      }
      await restored();
    });

    it('is put back where somebody deleted it', async () => {
      for (const { apiVersion, kind: objectKind, metadata } of wanted) {
        await cluster.admin.delete({ apiVersion, kind: objectKind, name: metadata.name, namespace });
      }
      await restored();
    });

    it('is removed when the policy asks for it no more', async () => {
      await cluster.admin.patch(policy(name), { spec: { [kind.field]: null } });
      await eventually('nothing is left', async () => {
        expect(await children()).to.deep.equal([]);
      });
    });
  });
}
