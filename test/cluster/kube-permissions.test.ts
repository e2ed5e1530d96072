import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import { LEASE, type Lease } from '../../src/kube/lease-record.ts';
import { LeaderElection } from '../../src/kube/lease.ts';
import { silentObserver } from '../../src/kube/observer.ts';
import { Platform } from '../../src/kube/platform.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import { apiGroup, ciliumConfig, dnsService } from './harness/platform-objects.ts';
import { clientAs, CRDS, create, createNamespace, edit, SERVICE_ACCOUNTS } from './harness/tested-client.ts';
import { until } from './harness/until.ts';

const TIMINGS = { leaseMs: 3_000, renewMs: 2_000, retryMs: 300 };
const EVENTS: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event', namespaced: true };
const SERVICES: Resource = { ...EVENTS, plural: 'services', kind: 'Service' };
const SLICES: Resource = { ...EVENTS, group: 'discovery.k8s.io', plural: 'endpointslices', kind: 'EndpointSlice' };

/** All that kube/ needs besides the kinds it is told to watch and write: namespace, then rules. */
const RULES: Readonly<Record<string, readonly object[]>> = {
  ops: [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['parapet'], verbs: ['get', 'update'] },
  ],
  team: [{ apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] }],
  default: [
    {
      apiGroups: ['discovery.k8s.io'],
      resources: ['endpointslices'],
      resourceNames: ['kubernetes'],
      verbs: ['list', 'watch'],
    },
    { apiGroups: [''], resources: ['services'], resourceNames: ['kubernetes'], verbs: ['get'] },
  ],
  'kube-system': [
    {
      apiGroups: [''],
      resources: ['services'],
      resourceNames: ['kube-dns', 'coredns', 'rke2-coredns-rke2-coredns', 'kube-dns-upstream'],
      verbs: ['get'],
    },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cilium-config'], verbs: ['get'] },
  ],
};

describe('with the least permissions on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let admin: KubeClient;
  let client: KubeClient;
  let stopping: AbortController;
  let running: Promise<void>[];

  before(async () => {
    plane = await startControlPlane();
    admin = clientFor(plane.kubeconfig);
    for (const namespace of ['ops', 'team']) await createNamespace(admin, namespace);
    const metadata = { name: 'parapet', namespace: 'ops' };
    await create(admin, SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    for (const [namespace, rules] of Object.entries(RULES)) await grant(namespace, rules);
    client = await clientAs(plane.kubeconfig, admin, 'ops/parapet');
  });
  after(async () => {
    await client.close();
    await admin.close();
    await plane.stop();
  });

  beforeEach(() => {
    stopping = new AbortController();
    running = [];
  });
  afterEach(async () => {
    stopping.abort();
    await Promise.all(running);
  });

  describe('LeaderElection', () => {
    it('elects one of two, and the other within its retry period after a release', async () => {
      const first = elect('first');
      await first.election.elected;
      const second = elect('second');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect([first.election.mayWrite(), second.election.mayWrite()]).to.deep.equal([true, false]);
      first.stop.abort();
      await first.run;
      const from = performance.now();
      await second.election.elected;
      expect(performance.now() - from).to.be.below(1_000);
      expect(first.lost).to.deep.equal([]);
      expect((await readLease()).spec).to.include({ holderIdentity: 'second', leaseTransitions: 1 });
    });

    it('loses to whoever takes the Lease, and says so', async () => {
      const leader = elect('leader');
      await leader.election.elected;
      const lease = await readLease();
      const renewTime = new Date().toISOString().replace('Z', '000Z');
      await edit(admin, LEASE, lease, { spec: { holderIdentity: 'thief', renewTime } });
      await leader.run;
      expect(leader.lost).to.have.length(1);
      expect(leader.election.mayWrite()).to.equal(false);
    });

    it('takes over from a leader that vanished, when its lease has run out', async () => {
      const leader = elect('vanishing');
      await leader.election.elected;
      const next = elect('next');
      leader.vanish();
      const from = performance.now();
      await leader.run;
      expect(next.election.isLeader(), 'two at once').to.equal(false);
      await next.election.elected;
      expect(performance.now() - from).to.be.below(8_000);
    });
  });

  describe('EventRecorder', () => {
    it('tells of an object once and counts the same again', async () => {
      const recorder = new EventRecorder({ client });
      running.push(recorder.run(stopping.signal));
      const regarding = { apiVersion: 'v1', kind: 'Namespace', name: 'team', namespace: 'team', uid: 'u' };
      for (let again = 0; again < 3; again += 1) {
        recorder.record({ regarding, type: 'Normal', reason: 'Tested', message: 'it works' });
        await until('it is counted', async () => (await told())[0]?.['count'] === again + 1);
      }
      expect(await told()).to.have.length(1);
    });

    it('drops what it may not write', async () => {
      let dropped = 0;
      const recorder = new EventRecorder({
        client,
        observer: { ...silentObserver, eventDropped: () => (dropped += 1) },
      });
      running.push(recorder.run(stopping.signal));
      const regarding = { apiVersion: 'v1', kind: 'Namespace', name: 'ops', namespace: 'ops', uid: 'o' };
      recorder.record({ regarding, type: 'Normal', reason: 'Tested', message: 'it does not' });
      await until('it is dropped', () => dropped === 1);
    });
  });

  describe('Platform', () => {
    it('finds the API server and, once it is there, the DNS Service', async () => {
      const facts = await detect();
      const slice = await readSlice();
      const { addresses } = slice.endpoints[0];
      const port = slice.ports[0].port;
      expect(facts.apiServer.service.map(({ port }) => port)).to.deep.equal([443]);
      expect(facts.apiServer.endpoints).to.deep.equal([{ ip: addresses[0], port }]);
      expect(facts).to.deep.include({ cloud: 'unknown', cni: { name: 'unknown', ipBlockMatchesNodes: true } });
      expect(facts.dns).to.deep.equal({ peers: [DNS_PODS], ports: [53] });
      await create(admin, SERVICES, dnsService('kube-dns', '10.96.0.10'));
      const later = await detect();
      expect(later.dns.peers).to.deep.equal([DNS_PODS, { cidr: '10.96.0.10/32' }]);
    });

    it('finds every Service that DNS is known to have, and the cache in front of it', async () => {
      for (const [name, clusterIP] of OTHER_DNS) {
        await create(admin, SERVICES, dnsService(name, clusterIP, { selector: { app: name } }));
        const { peers } = (await detect()).dns;
        const isCache = name === 'kube-dns-upstream';
        expect(peers).to.deep.include({ namespace: 'kube-system', podLabels: { app: name } });
        expect(peers).to.deep.include({ cidr: isCache ? '169.254.20.10/32' : `${clusterIP}/32` });
      }
    });

    it('finds Cilium by its API group, and its settings where they are', async () => {
      await create(admin, CRDS, apiGroup('cilium.io'));
      await until('the group is served', async () => (await detect()).cni.name === 'cilium');
      expect((await detect()).cni.ipBlockMatchesNodes).to.equal(false);
      await create(admin, { ...EVENTS, plural: 'configmaps', kind: 'ConfigMap' }, ciliumConfig('nodes'));
      expect((await detect()).cni).to.deep.equal({ name: 'cilium', ipBlockMatchesNodes: true });
    });

    it('reports changed endpoints after five quiet seconds, and keeps the vanished one', async () => {
      const changes: PlatformFacts[] = [];
      const before = await detect((facts) => changes.push(facts));
      const other: Resource = { ...SLICES };
      // The slice `kubernetes` belongs to the API server, which mends it every ten seconds.
      const slice = await readSlice();
      const endpoints = [{ addresses: ['192.0.2.7'], conditions: { ready: true } }];
      const writing = setInterval(() => void edit(admin, other, slice, { endpoints }).catch(() => undefined), 200);
      await until('the change is reported', () => changes.length > 1, 20_000).finally(() => clearInterval(writing));
      const ips = changes.at(-1)?.apiServer.endpoints.map(({ ip }) => ip);
      expect(ips).to.include('192.0.2.7');
      expect(ips).to.include.members(before.apiServer.endpoints.map(({ ip }) => ip));
    });
  });

  function elect(identity: string) {
    const stop = new AbortController();
    const lost: string[] = [];
    let gone = false;
    // A process whose network is cut, as far as the Lease can tell.
    const cut: KubeClient = {
      ...client,
      request: (call) => (gone ? Promise.reject(new Error('cut')) : client.request(call)),
    };
    const election = new LeaderElection({
      client: cut,
      namespace: 'ops',
      name: 'parapet',
      identity,
      timings: TIMINGS,
      onLost: (reason) => lost.push(reason),
    });
    const run = election.run(stop.signal);
    stopping.signal.addEventListener('abort', () => stop.abort());
    running.push(run);
    return { election, run, stop, lost, vanish: () => (gone = true) };
  }

  async function detect(onChange: (facts: PlatformFacts) => void = () => {}): Promise<PlatformFacts> {
    const platform = new Platform({ client, onChange });
    running.push(platform.run(stopping.signal));
    await platform.ready;
    return platform.facts();
  }

  async function readLease(): Promise<Lease> {
    return (await admin.request({ method: 'GET', path: objectPath(LEASE, 'ops', 'parapet') })).body as Lease;
  }

  async function readSlice(): Promise<Slice> {
    return (await admin.request({ method: 'GET', path: objectPath(SLICES, 'default', 'kubernetes') })).body as Slice;
  }

  async function told(): Promise<readonly KubeObject[]> {
    const reply = await admin.request({ method: 'GET', path: collectionPath(EVENTS, 'team') });
    return (reply.body as { items: KubeObject[] }).items;
  }

  async function grant(namespace: string, rules: readonly object[]): Promise<void> {
    const metadata = { name: 'parapet', namespace };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const kind = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true };
    await create(admin, { ...kind, plural: 'roles', kind: 'Role' }, { apiVersion, kind: 'Role', metadata, rules });
    await create(
      admin,
      { ...kind, plural: 'rolebindings', kind: 'RoleBinding' },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: kind.group, kind: 'Role', name: 'parapet' },
        subjects: [{ kind: 'ServiceAccount', name: 'parapet', namespace: 'ops' }],
      },
    );
  }
});

interface Slice extends KubeObject {
  readonly endpoints: readonly [{ readonly addresses: readonly string[] }];
  readonly ports: readonly [{ readonly port: number }];
}

const DNS_PODS = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } };
const OTHER_DNS = [
  ['coredns', '10.96.0.11'],
  ['rke2-coredns-rke2-coredns', '10.96.0.12'],
  ['kube-dns-upstream', '10.96.0.13'],
] as const;
