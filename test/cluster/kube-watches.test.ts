import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { Store } from '../../src/kube/store.ts';
import { CONFIG_MAPS, keepAll, type Kept } from '../kube/support/objects.ts';
import { relayTo, type Relay } from './harness/relay.ts';
import { createMap, createNamespace } from './harness/tested-client.ts';
import { until } from './harness/until.ts';

const TEAMS = Array.from({ length: 10 }, (_, index) => `team-${index}`);

describe('Ten watches of a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let admin: KubeClient;
  let relay: Relay;
  let client: KubeClient;
  let stopping: AbortController;
  let running: readonly Promise<void>[];
  let stores: readonly Store<Kept>[];
  let made = 0;

  before(async () => {
    plane = await startControlPlane();
    admin = clientFor(plane.kubeconfig);
    for (const team of TEAMS) await createNamespace(admin, team);
  });
  after(async () => {
    await admin.close();
    await plane.stop();
  });
  beforeEach(async () => {
    relay = await relayTo(plane.kubeconfig);
    client = clientFor('', { load: () => relay.load() });
    stopping = new AbortController();
  });
  afterEach(async () => {
    stopping.abort();
    await Promise.all(running);
    await client.close();
    await relay.close();
  });

  it('share one connection, and with a thousand writes and the lease need no more than 24', async () => {
    await start({ timeoutSeconds: [1, 3] });
    expect(relay.connections()).to.equal(1);
    await Promise.all(Array.from({ length: 100 }, () => createMaps(client)));
    await client.request({ method: 'GET', path: '/version', lane: 'lease' });
    // Long enough for every watch to have ended and begun again a few times.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(relay.connections()).to.be.within(3, 24);
  });

  it('go on over a new connection when theirs breaks', async () => {
    await start({});
    relay.reset();
    await createMaps(admin);
    await seen();
    expect(relay.connections()).to.be.within(2, 4);
  });

  it('leave their connection when it has fallen silent, each within its limit', async () => {
    await start({ inactivityMs: 2_000 });
    const from = performance.now();
    relay.freeze();
    await createMaps(admin);
    await seen();
    expect(performance.now() - from).to.be.below(6_000);
    expect(relay.connections()).to.equal(2);
  });

  async function start(options: { timeoutSeconds?: readonly [number, number]; inactivityMs?: number }): Promise<void> {
    const reflectors = TEAMS.map((namespace) => {
      const store = new Store(keepAll);
      return { store, reflector: new Reflector({ client, store, resource: CONFIG_MAPS, namespace, ...options }) };
    });
    stores = reflectors.map(({ store }) => store);
    running = reflectors.map(({ reflector }) => reflector.run(stopping.signal));
    await Promise.all(reflectors.map(({ reflector }) => reflector.synced));
  }

  /** One in every namespace. */
  async function createMaps(as: KubeClient): Promise<void> {
    made += 1;
    const name = `map-${made}`;
    await Promise.all(TEAMS.map((team) => createMap(as, team, name)));
  }

  /** Each watch has told of the last one. */
  async function seen(): Promise<void> {
    const has = (store: Store<Kept>, at: number): boolean => store.get(`team-${at}`, `map-${made}`) !== undefined;
    await until('every watch has told of it', () => stores.every(has), 20_000);
  }
});
