import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { silentLog } from '../../src/kube/observer.ts';
import { Platform } from '../../src/kube/platform.ts';
import type { Reply } from '../../src/kube/reply.ts';
import type { Endpoint, PlatformFacts } from '../../src/slots/platform-facts.ts';
import { fakeClient } from './support/fake-client.ts';
import type { FakeClient } from './support/fake-client.ts';
import { fakeTiming } from './support/fake-timing.ts';
import type { FakeTiming } from './support/fake-timing.ts';

const DNS = '/api/v1/namespaces/kube-system/services/kube-dns';
const API_SERVER = '/api/v1/namespaces/default/services/kubernetes';
const CILIUM = '/api/v1/namespaces/kube-system/configmaps/cilium-config';

/** Replies by path; a path that is missing is a 404. */
type Answers = Record<string, unknown>;

const ANSWERS: Answers = {
  '/version': { gitVersion: 'v1.36.1-eks-1fbb135' },
  '/apis': { groups: [{ name: 'apps' }] },
  [API_SERVER]: { spec: { clusterIPs: ['10.96.0.1'], ports: [{ port: 443 }] } },
  [DNS]: {
    spec: {
      clusterIPs: ['10.96.0.10'],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { port: 53, targetPort: 8053 },
        { port: 9153, targetPort: 9153 },
      ],
    },
  },
};

describe('Platform', () => {
  let answers: Answers;
  let timing: FakeTiming;
  let client: FakeClient;
  let changes: PlatformFacts[];
  let stopping: AbortController;
  let platform: Platform;
  let isReady: boolean;
  /** What the watch tells next. */
  let lines: unknown[];
  let wake: () => void;

  beforeEach(() => {
    answers = { ...ANSWERS };
    timing = fakeTiming();
    changes = [];
    stopping = new AbortController();
    lines = [endpointsAre('ADDED', '192.0.2.1'), initialEnd()];
    client = fakeClient({
      request: ({ path }) => replyTo(answers[path]),
      stream: async function* stream() {
        for (;;) {
          yield* lines.splice(0);
          await new Promise<void>((resolve) => (wake = resolve));
        }
      },
    });
  });
  afterEach(() => stopping.abort());

  it('finds DNS, API server and cloud in a handful of reads by name', async () => {
    await start();
    expect(platform.facts()).to.deep.equal({
      dns: {
        peers: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }, { cidr: '10.96.0.10/32' }],
        ports: [53, 8053],
      },
      apiServer: { service: [{ ip: '10.96.0.1', port: 443 }], endpoints: endpoints('192.0.2.1') },
      nodeCidrs: [],
      cloud: 'aws',
      cni: { name: 'unknown', ipBlockMatchesNodes: true },
    });
    expect(platform.unknown()).to.deep.equal(['nodeCidrs', 'cni']);
    expect(client.calls.map(({ path }) => path)).to.not.include(CILIUM);
    expect(client.calls.every(({ method }) => method === 'GET')).to.equal(true);
  });

  it('takes the API server’s own address from the environment of a pod', async () => {
    await start({ env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' } });
    expect(platform.facts().apiServer.service).to.deep.equal([{ ip: 'fd00::1', port: 6443 }]);
    expect(client.calls.map(({ path }) => path)).to.not.include(API_SERVER);
  });

  it('asks for Cilium’s settings where Cilium is', async () => {
    answers['/apis'] = { groups: [{ name: 'cilium.io' }] };
    answers[CILIUM] = { data: { 'policy-cidr-match-mode': 'nodes' } };
    await start();
    expect(platform.facts().cni).to.deep.equal({ name: 'cilium', ipBlockMatchesNodes: true });
  });

  for (const [title, config] of [
    ['has no such ConfigMap', undefined],
    ['may not be asked', 403],
  ] as const) {
    it(`doubts that ipBlocks match nodes where Cilium ${title}`, async () => {
      answers['/apis'] = { groups: [{ name: 'cilium.io' }] };
      answers[CILIUM] = config;
      await start();
      expect(platform.facts().cni).to.deep.equal({ name: 'cilium', ipBlockMatchesNodes: false });
    });
  }

  it('waits for an answer that is owed before it says anything: half the facts would take allows away', async () => {
    answers['/version'] = 503;
    await start(undefined, 3_000);
    expect({ isReady, changes: changes.length }).to.deep.equal({ isReady: false, changes: 0 });
    answers['/version'] = ANSWERS['/version'];
    await timing.advance(1_000);
    expect(isReady).to.equal(true);
    expect(platform.facts().cloud).to.equal('aws');
  });

  it('waits no longer than a minute, and goes on asking', async () => {
    answers['/version'] = 'lost';
    await start(undefined, 59_000);
    expect(isReady).to.equal(false);
    await timing.advance(2_000);
    expect(isReady).to.equal(true);
    expect(platform.facts()).to.deep.include({ cloud: 'unknown' });
    answers['/version'] = ANSWERS['/version'];
    await timing.advance(20_000);
    expect(platform.facts().cloud).to.equal('aws');
  });

  it('takes a refusal for an answer, and tells of it', async () => {
    answers[DNS] = 403;
    const told: unknown[] = [];
    await start({ log: { ...silentLog, warn: (message, fields) => told.push({ message, ...fields }) } });
    expect(isReady).to.equal(true);
    expect(told).to.deep.equal([{ message: 'platform not read', path: DNS, reason: 'HTTP status 403' }]);
    expect(platform.facts().dns.peers).to.deep.equal([
      { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } },
    ]);
  });

  for (const [title, answer] of [
    ['refused', 403],
    ['not answered', 503],
  ] as const) {
    it(`keeps what it knew where a later look is ${title}`, async () => {
      await start();
      const before = platform.facts();
      for (const path of [DNS, '/version', '/apis', API_SERVER]) answers[path] = answer;
      await timing.advance(700_000);
      expect(platform.facts()).to.deep.equal(before);
      expect(changes).to.have.length(1);
    });
  }

  it('sees after ten minutes at the latest that DNS has moved', async () => {
    await start();
    answers[DNS] = { spec: { clusterIPs: ['10.96.0.53'] } };
    await timing.advance(610_000);
    expect(platform.facts().dns.peers).to.deep.include({ cidr: '10.96.0.53/32' });
    expect(changes).to.have.length(2);
  });

  it('believes changed endpoints after five quiet seconds, and says so once', async () => {
    await start();
    for (const ip of ['192.0.2.2', '192.0.2.3', '192.0.2.2']) {
      await tell(endpointsAre('MODIFIED', '192.0.2.1', ip));
      await timing.advance(2_000);
    }
    expect(changes).to.have.length(1);
    await timing.advance(6_000);
    expect(changes).to.have.length(2);
    expect(ips()).to.include.members(['192.0.2.1', '192.0.2.2']);
  });

  it('keeps all endpoints while there are none: an API server empties its list when it goes', async () => {
    await start();
    await tell(endpointsAre('MODIFIED'));
    await timing.advance(3_600_000);
    expect(ips()).to.deep.equal(['192.0.2.1']);
    expect(changes).to.have.length(1);
  });

  it('keeps a vanished endpoint for ten minutes', async () => {
    await start();
    await tell(endpointsAre('MODIFIED', '192.0.2.9'));
    await timing.advance(590_000);
    expect(ips()).to.deep.equal(['192.0.2.1', '192.0.2.9']);
    await timing.advance(20_000);
    expect(ips()).to.deep.equal(['192.0.2.9']);
  });

  it('lets what is told stand, whatever is found later', async () => {
    const told = { cloud: 'none', nodeCidrs: ['192.0.2.0/24'] } as const;
    await start({ told });
    expect(platform.facts()).to.deep.include(told);
    expect(platform.unknown()).to.deep.equal(['cni']);
  });

  async function start(options: Partial<ConstructorParameters<typeof Platform>[0]> = {}, ms = 1_500): Promise<void> {
    isReady = false;
    platform = new Platform({ client, timing, onChange: (facts) => changes.push(facts), ...options });
    void platform.ready.then(() => (isReady = true));
    void platform.run(stopping.signal);
    await timing.advance(ms);
  }

  async function tell(line: unknown): Promise<void> {
    lines.push(line);
    wake();
    await timing.advance(0);
  }

  function ips(): readonly string[] {
    return platform.facts().apiServer.endpoints.map(({ ip }) => ip);
  }
});

function replyTo(answer: unknown): Reply {
  if (answer === 'lost') throw new TransportError('Network', 'lost');
  if (typeof answer === 'number') return { status: answer, body: undefined };
  return answer === undefined ? { status: 404, body: undefined } : { status: 200, body: answer };
}

function endpoints(...ips: readonly string[]): readonly Endpoint[] {
  return ips.map((ip) => ({ ip, port: 6443 }));
}

function endpointsAre(type: string, ...ips: readonly string[]): unknown {
  const metadata = { name: 'kubernetes', namespace: 'default', uid: 's', resourceVersion: String((version += 1)) };
  const object = { metadata, endpoints: ips.map((ip) => ({ addresses: [ip] })), ports: [{ port: 6443 }] };
  return { type, object };
}

function initialEnd(): unknown {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  return { type: 'BOOKMARK', object: { metadata: { resourceVersion: String((version += 1)), annotations } } };
}

let version = 1;
