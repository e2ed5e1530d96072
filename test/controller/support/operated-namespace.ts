import type { PolicyStatus } from '../../../src/api/policy-status.ts';
import type { NamespacePosture, PostureSlot } from '../../../src/api/posture.ts';
import { POSTURE_NAME } from '../../../src/api/resources.ts';
import { Brake } from '../../../src/controller/brake.ts';
import { enqueueChanges } from '../../../src/controller/enqueue.ts';
import { Memory } from '../../../src/controller/memory.ts';
import { observeNamespace, observePolicy } from '../../../src/controller/observers.ts';
import { PolicyPublisher } from '../../../src/controller/publish-policy.ts';
import { WorkQueue } from '../../../src/controller/queue.ts';
import { createView } from '../../../src/controller/view.ts';
import type { ClusterView } from '../../../src/controller/view.ts';
import { runWorkers } from '../../../src/controller/workers.ts';
import { silentLog } from '../../../src/kube/observer.ts';
import { Metrics } from '../../../src/metrics.ts';
import type { Change } from '../../../src/plan/namespace-plan.ts';
import type { Outcome } from '../../../src/plan/outcome.ts';
import type { Evidence } from '../../../src/plan/snapshot.ts';
import type { KubeObject } from '../../../src/slots/kube-object.ts';
import { fakeTiming, settled } from '../../kube/support/fake-timing.ts';
import type { FakeTiming } from '../../kube/support/fake-timing.ts';
import { platform } from '../../plan/world.ts';
import { FakeServer } from './fake-server.ts';
import { PolicyOnServer } from './policy-on-server.ts';

const NAMESPACE = 'team-a';
const POLICY = 'baseline';

/** One write of the operator, in milliseconds since the beginning. */
export interface Written {
  readonly at: number;
  readonly action: Change['action'];
  /** `Kind/name`. */
  readonly slot: string;
}

/**
 * One namespace under the queue, the workers and the reconciler as they are in the operator; only the API server and the
 * clock are not real.
 */
export class OperatedNamespace {
  readonly timing: FakeTiming = fakeTiming();
  readonly server = new FakeServer(NAMESPACE);
  readonly writes: Written[] = [];
  /** When the operator looked at what runs, and what there is to see. */
  readonly looks: number[] = [];
  evidence: Evidence = { pods: [], warnings: [] };
  /** `type reason` of each Event. */
  readonly events: string[] = [];
  /** What is answered in place of the API server, which then hears nothing of a write. */
  instead: (slot: string) => Outcome | undefined = () => undefined;
  /** Runs when a write is on its way. */
  beforeCommit: (slot: string) => void = () => undefined;
  /** Runs between the commit of a write and its answer. */
  beforeAnswer: (slot: string) => void = () => undefined;
  metrics = new Metrics({ version: 'test' });
  brake = new Brake(this.timing);
  readonly #policy: PolicyOnServer;
  #view: ClusterView = createView();
  #stop: () => Promise<void> = () => Promise.resolve();
  readonly #beganAt = this.timing.now();

  constructor(spec: Readonly<Record<string, unknown>>) {
    this.#policy = new PolicyOnServer(POLICY, spec);
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.timing.now() - this.#beganAt;
  }

  /** Starts the operator, with an empty memory, and lets it do what there is to do. */
  async start(): Promise<void> {
    await this.#stop();
    const view = createView();
    this.#view = view;
    const memory = new Memory();
    this.metrics = new Metrics({ version: 'test' });
    this.brake = new Brake(this.timing);
    const { timing } = this;
    const [namespaces, policies] = [
      new WorkQueue({ log: silentLog, timing }),
      new WorkQueue({ log: silentLog, timing }),
    ];
    const observers = {
      log: silentLog,
      metrics: this.metrics,
      events: { record: ({ type, reason }: { type: string; reason: string }) => this.events.push(`${type} ${reason}`) },
      memory,
      now: () => timing.date(),
    };
    const publisher = new PolicyPublisher({
      view,
      memory,
      protectedNamespaces: [],
      timing,
      writeStatus: (_target, status) => Promise.resolve({ result: 'done', object: this.#policy.report(status) }),
      write: (change) => Promise.resolve(this.#write(change)),
      decided: () => undefined,
      observe: (published) => observePolicy(published, observers),
      log: silentLog,
    });
    const touch = (name: string): void => policies.addAfter(name, publisher.dueIn(name));
    enqueueChanges(
      { view, memory, protectedNamespaces: [] },
      {
        namespace: (name, urgency, at) => namespaces.add(name, urgency, at),
        namespaceAfter: (name, delayMs) => namespaces.addAfter(name, delayMs, 'bulk'),
        policy: touch,
        policyGone: () => undefined,
      },
    );
    this.#list();
    const running = runWorkers(1, {
      namespaces,
      policies,
      publisher,
      metrics: this.metrics,
      timing,
      write: (change) => Promise.resolve(this.#write(change)),
      reconcile: {
        view,
        memory,
        brake: this.brake,
        look: () => {
          this.looks.push(this.now);
          return Promise.resolve(this.evidence);
        },
        platform: () => platform,
        operator: () => undefined,
        protectedNamespaces: [],
        isUndecided: () => false,
        maxExceptionMs: 0,
        exempted: () => {},
        timing,
        observe: (observation) => observeNamespace(observation, observers),
        policiesTouched: (names) => [...names].forEach(touch),
      },
    });
    this.#stop = async () => {
      namespaces.close();
      policies.close();
      await running;
    };
    await settled();
  }

  async stop(): Promise<void> {
    await this.#stop();
    this.#stop = () => Promise.resolve();
  }

  /** Somebody writes an object's content over; the operator sees it and does what it may do at once. */
  async tamper(slot: string, content: Readonly<Record<string, unknown>>, manager = 'tenant'): Promise<void> {
    this.edited(slot, content, manager);
    await settled();
  }

  /** The same, but the operator has had no time yet; the watch also tells of what was there before. */
  edited(slot: string, content: Readonly<Record<string, unknown>>, manager: string): void {
    const before = this.server.get(slot);
    if (before !== undefined) this.#tell(before);
    this.#tell(this.server.edit(slot, content, manager));
  }

  async remove(slot: string): Promise<void> {
    const object = this.server.remove(slot);
    this.#storeOf(object)?.forget(object, { initial: false, receivedAt: this.timing.now() });
    await settled();
  }

  /** The namespace goes, with all there is in it. */
  async removeNamespace(): Promise<void> {
    const metadata = { name: NAMESPACE, uid: 'uid-namespace', resourceVersion: '2' };
    const arrival = { initial: false, receivedAt: this.timing.now() };
    this.#view.namespaces.forget({ apiVersion: 'v1', kind: 'Namespace', metadata }, arrival);
    await settled();
  }

  /** Changes the policy as its author would. */
  async edit(spec: Readonly<Record<string, unknown>>): Promise<void> {
    this.#view.policies.ingest(this.#policy.edit(spec), { initial: false, receivedAt: this.timing.now() });
    await settled();
  }

  async advance(ms: number): Promise<void> {
    await this.timing.advance(ms);
  }

  contentOf(slot: string): unknown {
    return this.server.get(slot)?.['spec'] ?? this.server.get(slot)?.['rules'];
  }

  get posture(): NamespacePosture {
    return this.server.get(`NamespacePosture/${POSTURE_NAME}`) as KubeObject & NamespacePosture;
  }

  slotReport(slot: string): PostureSlot | undefined {
    return this.posture.slots.find((entry) => entry.slot === slot);
  }

  get status(): PolicyStatus {
    return this.#policy.object['status'] as PolicyStatus;
  }

  /** When a slot was written. */
  writesOf(slot: string): readonly number[] {
    return this.writes.filter((write) => write.slot === slot).map(({ at }) => at);
  }

  #write(change: Change): Outcome {
    const name = change.action === 'create' ? change.object.metadata.name : change.name;
    const slot = `${change.resource.kind}/${name}`;
    const answered = this.instead(slot);
    if (answered !== undefined) return answered;
    this.beforeCommit(slot);
    const outcome = this.server.write(change);
    this.writes.push({ at: this.now, action: change.action, slot });
    this.beforeAnswer(slot);
    return outcome;
  }

  /** What the reflectors do at the start. */
  #list(): void {
    const arrival = { initial: true, receivedAt: this.timing.now() };
    this.#view.policies.ingest(this.#policy.object, arrival);
    for (const object of this.server.list()) this.#storeOf(object)?.ingest(object, arrival);
    const metadata = { name: NAMESPACE, uid: 'uid-namespace', resourceVersion: '1', labels: {} };
    this.#view.namespaces.ingest({ apiVersion: 'v1', kind: 'Namespace', metadata }, arrival);
  }

  #tell(object: KubeObject): void {
    this.#storeOf(object)?.ingest(object, { initial: false, receivedAt: this.timing.now() });
  }

  #storeOf({ kind }: KubeObject) {
    return kind === 'NamespacePosture' ? this.#view.postures : this.#view.objects.get(kind);
  }
}
