import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { applyChange } from '../../src/kube/apply.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { fieldsObject } from '../../src/plan/desired-object.ts';
import type { Outcome } from '../../src/plan/outcome.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import type { Content, ObjectKind } from '../../src/slots/slot-kind.ts';
import { sharedCluster } from './harness/cluster.ts';
import type { Cluster } from './harness/cluster.ts';
import { slot } from './harness/refs.ts';
import { eventually } from './harness/until.ts';

const SLOT = 'ServiceAccount/default';
const CLOSED = { automountServiceAccountToken: false };

describe('applyChange of fields, under the shipped ServiceAccount', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let operator: KubeClient;
  let account: KubeObject;

  before(async () => {
    cluster = await sharedCluster();
    operator = clientFor(await cluster.operatorKubeconfig());
  });
  after(() => operator.close());
  beforeEach(async () => {
    // No policy selects it, so that nobody else writes here.
    const namespace = await cluster.createNamespace();
    account = await eventually('the account is there', () => cluster.admin.read(slot(namespace, SLOT)));
  });

  it('sets them, by the name of Parapet, and leaves the rest of the object to others', async () => {
    const labelled = await cluster.admin.edit(refOf(account), {
      metadata: { labels: { team: 'a' } },
      secrets: [{ name: 's' }],
    });
    const outcome = await apply(labelled, CLOSED);
    const object = outcome.result === 'done' ? outcome.object : undefined;
    expect(object).to.deep.include({ ...CLOSED, secrets: [{ name: 's' }] });
    expect(object?.metadata.labels).to.deep.equal({ team: 'a' });
    const [entry] = object?.metadata.managedFields?.filter(({ manager }) => manager === 'parapet') ?? [];
    expect(entry).to.deep.include({ operation: 'Apply', fieldsV1: { 'f:automountServiceAccountToken': {} } });
  });

  it('takes them over from whoever set them', async () => {
    const theirs = await cluster.admin.edit(refOf(account), { automountServiceAccountToken: true });
    expect((await apply(theirs, CLOSED)).result).to.equal('done');
    expect(await cluster.admin.read(refOf(account))).to.include(CLOSED);
  });

  it('takes back what an apply no longer holds', async () => {
    const set = await apply(account, CLOSED);
    if (set.result !== 'done' || set.object === undefined) throw new Error(JSON.stringify(set));
    expect((await apply(set.object, {})).result).to.equal('done');
    expect(await cluster.admin.read(refOf(account))).not.to.have.property('automountServiceAccountToken');
  });

  it('is stale on another version and on a recreated object', async () => {
    const later = await cluster.admin.edit(refOf(account), { metadata: { labels: { a: 'b' } } });
    expect((await apply(account, CLOSED)).result, 'another version').to.equal('stale');
    await cluster.admin.delete(refOf(account));
    const next = await eventually('it is made anew', () => cluster.admin.read(refOf(account)));
    expect((await apply(later, CLOSED)).result, 'recreated').to.equal('stale');
    const { resourceVersion = '' } = next.metadata;
    const mixed = { ...later, metadata: { ...later.metadata, resourceVersion } };
    expect((await apply(mixed, CLOSED)).result, 'another uid').to.equal('stale');
    expect(await cluster.admin.read(refOf(account))).not.to.have.property('automountServiceAccountToken');
  });

  it('creates nothing where the object or its namespace is gone', async () => {
    const { namespace: _, ...metadata } = account.metadata;
    const elsewhere = { ...account, metadata: { ...metadata, namespace: 'never-was' } };
    expect((await apply(elsewhere, CLOSED)).result).to.be.oneOf(['stale', 'gone']);
    const absent = await withoutAccounts();
    expect((await apply(absent, CLOSED)).result, 'absent').to.equal('stale');
    expect(await cluster.admin.get(refOf(absent))).to.equal(undefined);
    await cluster.admin.edit(keeper(), { metadata: { finalizers: null } });
  });

  function keeper() {
    return { apiVersion: 'v1', kind: 'ConfigMap', name: 'keeper', namespace: account.metadata.namespace ?? '' };
  }

  /** A namespace in which no account is made anew: it is on its way out. */
  async function withoutAccounts(): Promise<KubeObject> {
    const { apiVersion, kind, name, namespace } = keeper();
    await cluster.admin.create({ apiVersion, kind, metadata: { name, namespace, finalizers: ['test.dev/keep'] } });
    await cluster.admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    await eventually('the account is gone', async () => {
      expect(await cluster.admin.get(refOf(account))).to.equal(undefined);
    });
    return account;
  }

  function apply(object: KubeObject, content: Content): Promise<Outcome> {
    const kind = objectKindOf(object.kind) as ObjectKind;
    const { name, namespace = '', uid = '', resourceVersion = '' } = object.metadata;
    const identity = { name, namespace, uid, resourceVersion };
    return applyChange(operator, {
      action: 'apply',
      resource: kind.resource,
      order: 0,
      ...identity,
      object: fieldsObject(content, kind, identity),
    });
  }
});

function refOf({ apiVersion, kind, metadata }: KubeObject) {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? '' };
}
