import { expect } from 'chai';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { Memory } from '../../src/controller/memory.ts';
import { PolicyPublisher } from '../../src/controller/publish-policy.ts';
import { createView } from '../../src/controller/view.ts';
import type { ClusterView } from '../../src/controller/view.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import type { Change } from '../../src/plan/namespace-plan.ts';
import type { Outcome } from '../../src/plan/outcome.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { NamespaceReport } from '../../src/status/settle.ts';

const CLEANUP = 'parapet.dev/cleanup';
const REFUSED: Outcome = { result: 'refused', cause: 'permission', message: 'cannot patch' };
const audit = { mode: 'Audit', namespaceSelector: {} };
const takesAlong = { mode: 'Enforce', deletionPolicy: 'Delete', namespaceSelector: { matchLabels: { team: 'a' } } };
const going = { deletionTimestamp: '2026-01-01T00:00:00Z', generation: 2 };

/** A publisher of the one policy `baseline`, on an API server that takes every write unless told otherwise. */
class Setting {
  readonly view: ClusterView = createView();
  readonly memory = new Memory();
  readonly log: string[] = [];
  readonly finalizers: unknown[] = [];
  readonly decided: string[] = [];
  status: PolicyStatus | undefined;
  statusOutcome: Outcome = { result: 'done' };
  finalizerOutcome: Outcome | undefined;
  readonly publisher: PolicyPublisher;
  #version = 1;

  constructor() {
    this.publisher = new PolicyPublisher({
      view: this.view,
      memory: this.memory,
      protectedNamespaces: [],
      timing: systemTiming,
      writeStatus: async (_, status) => {
        this.status = status;
        return Promise.resolve(this.statusOutcome);
      },
      write: async (change) => Promise.resolve(this.#patch(change)),
      decided: ({ name }) => this.decided.push(name),
      observe: () => {},
      log: { warn: (message) => this.log.push(message), info: (message) => this.log.push(message) },
    });
  }

  policy(spec: object, metadata: Partial<KubeObject['metadata']> = {}): this {
    this.view.policies.put({
      apiVersion: 'parapet.dev/v1alpha1',
      kind: 'ClusterSecurityPolicy',
      metadata: {
        name: 'baseline',
        uid: 'u',
        resourceVersion: String((this.#version += 1)),
        generation: 1,
        ...metadata,
      },
      spec,
    });
    return this;
  }

  namespace(name: string, labels: Readonly<Record<string, string>>, metadata: object = {}): this {
    const named = { name, uid: name, resourceVersion: String((this.#version += 1)), labels };
    this.view.namespaces.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { ...named, ...metadata } });
    return this;
  }

  /** An object that names `baseline` as its holder. */
  object(namespace: string): this {
    const metadata = {
      name: 'parapet-limits',
      namespace,
      uid: `${namespace}-limits`,
      resourceVersion: String((this.#version += 1)),
      annotations: { 'parapet.dev/policies': 'baseline' },
    };
    this.view.objects.get('LimitRange')?.put({ apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [] } });
    return this;
  }

  /** A namespace was looked at while the policy was at this generation, and is as it should be. */
  looked(namespace: string, generation: number, cleaning = true): this {
    const empty = { slots: [], removed: [], audits: [], conflicts: [], exemptions: [] };
    const judging = cleaning ? { matched: [], cleaning: ['baseline'] } : { matched: ['baseline'], cleaning: [] };
    const report: NamespaceReport = { namespace, ...judging, ...empty };
    this.memory.remember(report, new Map([['baseline', generation]]));
    return this;
  }

  isUndecided(): boolean {
    const entry = this.view.policies.get('', 'baseline');
    return entry !== undefined && this.publisher.isUndecided(entry.policy);
  }

  publish(): Promise<boolean> {
    return this.publisher.publish('baseline');
  }

  #patch(change: Change): Outcome {
    if (this.finalizerOutcome !== undefined) return this.finalizerOutcome;
    const entry = this.view.policies.get('', 'baseline');
    if (change.action !== 'patch' || entry === undefined) throw new Error(`unexpected ${change.action}`);
    const [operation] = change.operations;
    if (this.finalizers.length > 9) throw new Error('the finalizer is written again and again');
    this.finalizers.push(operation?.value);
    const { name, uid, policy } = entry;
    const finalizers = operation?.value as string[];
    // What goes with its last finalizer is not stored once more: the answer shows the version it had.
    const goes = policy.deleting && finalizers.length === 0;
    const resourceVersion = goes ? entry.resourceVersion : String((this.#version += 1));
    const metadata = { name, uid, generation: policy.generation, resourceVersion, finalizers };
    const spec = { ...takesAlong, deletionPolicy: policy.deletionPolicy };
    const deletion = policy.deleting ? { deletionTimestamp: going.deletionTimestamp } : {};
    const object = { apiVersion: 'parapet.dev/v1alpha1', kind: 'ClusterSecurityPolicy', spec };
    return { result: 'done', object: { ...object, metadata: { ...metadata, ...deletion } } };
  }
}

function ready({ status }: Setting): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${condition?.status}/${condition?.reason}`;
}

describe('PolicyPublisher', () => {
  it('says that a status was refused, and tries again: rights are granted without a word to us', async () => {
    const setting = new Setting().policy(audit);
    setting.statusOutcome = REFUSED;
    expect(await setting.publish()).to.equal(false);
    expect(setting.log).to.deep.equal(['status refused']);
    setting.statusOutcome = { result: 'done' };
    expect(await setting.publish()).to.equal(true);
  });
});

describe('PolicyPublisher, of a policy with deletionPolicy Delete', () => {
  it('adds the finalizer beside those of others, lets the policy write, and only then reports', async () => {
    const setting = new Setting().policy(takesAlong, { finalizers: ['example.org/other'] });
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([['example.org/other', CLEANUP]]);
    expect(setting.decided).to.deep.equal(['baseline']);
    expect(setting.isUndecided()).to.equal(false);
    expect(ready(setting)).to.equal('True/NoNamespaces');
  });

  it('tells where the finalizer is refused, lets nothing be written, and tries again', async () => {
    const setting = new Setting().policy(takesAlong);
    setting.finalizerOutcome = REFUSED;
    expect(setting.isUndecided()).to.equal(true);
    for (let tries = 0; tries < 2; tries += 1) expect(await setting.publish()).to.equal(false);
    expect(setting.isUndecided()).to.equal(false);
    expect(setting.decided).to.deep.equal(['baseline']);
    expect(setting.log).to.deep.equal(['finalizer refused', 'finalizer refused']);
    expect(ready(setting)).to.equal('False/PermissionDenied');
  });

  it('keeps no other policy waiting where the API server gives no answer', async () => {
    const setting = new Setting().policy(takesAlong);
    setting.finalizerOutcome = { result: 'retry', message: 'timeout' };
    expect(await setting.publish()).to.equal(false);
    expect(setting.decided).to.deep.equal(['baseline']);
    setting.finalizerOutcome = undefined;
    expect(await setting.publish()).to.equal(true);
    expect(setting.decided).to.deep.equal(['baseline', 'baseline']);
  });

  it('tries again, and says nothing, where somebody wrote the policy at the same moment', async () => {
    const setting = new Setting().policy(takesAlong);
    setting.finalizerOutcome = { result: 'stale', message: 'changed' };
    expect(await setting.publish()).to.equal(false);
    expect(setting.isUndecided()).to.equal(true);
    expect(setting.status).to.equal(undefined);
  });

  it('takes the finalizer away once the policy says Orphan, deleting or not', async () => {
    for (const metadata of [{}, going]) {
      const orphan = { ...takesAlong, deletionPolicy: 'Orphan' };
      const setting = new Setting().policy(orphan, { finalizers: [CLEANUP, 'example.org/other'], ...metadata });
      expect(await setting.publish()).to.equal(true);
      expect(setting.finalizers).to.deep.equal([['example.org/other']]);
    }
  });

  it('leaves a policy alone that others keep from going', async () => {
    const setting = new Setting().policy(takesAlong, { finalizers: ['example.org/other'], ...going });
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([]);
    expect(setting.status).to.equal(undefined);
  });
});

describe('PolicyPublisher, of a policy that is being deleted', () => {
  const deleting = (): Setting => new Setting().policy(takesAlong, { finalizers: [CLEANUP], ...going });

  async function expectKept(setting: Setting): Promise<void> {
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([]);
    expect(ready(setting)).to.equal('Unknown/Deleting');
  }

  it('lets it go at once where it selects and holds nothing', async () => {
    const setting = deleting();
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([[]]);
  });

  it('lets it go once, however often it is looked at until the watch tells that it is gone', async () => {
    const setting = deleting();
    for (let looks = 0; looks < 3; looks += 1) expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([[]]);
  });

  it('keeps it until every namespace it selects was looked at', async () => {
    const setting = deleting().namespace('a', { team: 'a' }).namespace('b', { team: 'a' }).looked('a', 2);
    await expectKept(setting);
    setting.looked('b', 2);
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([[]]);
  });

  it('keeps it while a namespace that it does not select has an object that names it', async () => {
    await expectKept(deleting().namespace('b', {}).object('b'));
  });

  it('goes by no look from before the deletion, whatever the generation', async () => {
    await expectKept(deleting().namespace('a', { team: 'a' }).looked('a', 2, false));
    await expectKept(deleting().namespace('a', { team: 'a' }).looked('a', 1));
  });

  it('waits for no namespace that is going itself', async () => {
    const setting = deleting()
      .namespace('a', { team: 'a' }, { deletionTimestamp: going.deletionTimestamp })
      .object('a');
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([[]]);
  });

  it('lets go of a suspended one at once, whatever it holds', async () => {
    const setting = new Setting()
      .policy({ ...takesAlong, suspend: true }, { finalizers: [CLEANUP], ...going })
      .namespace('a', { team: 'a' })
      .object('a');
    expect(await setting.publish()).to.equal(true);
    expect(setting.finalizers).to.deep.equal([[]]);
  });
});
