import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import { faultProxy, type FaultProxy } from '../../hack/support/fault-proxy/fault-proxy.ts';
import type { ProxiedWatch } from '../../hack/support/fault-proxy/proxied-watch.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { silentObserver } from '../../src/kube/observer.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { collectionPath } from '../../src/kube/resource-path.ts';
import { Store } from '../../src/kube/store.ts';
import type { KubeObject, Resource } from '../../src/slots/kube-object.ts';
import { CONFIG_MAPS, keepAll, type Kept } from '../kube/support/objects.ts';
import { CRDS, create, createMap, createNamespace, edit, remove } from './harness/tested-client.ts';
import { until } from './harness/until.ts';

const GONE = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } };
const BROKEN = { type: 'ERROR', object: { kind: 'Status', code: 500, reason: 'InternalError', message: 'oops' } };

for (const [mode, args] of Object.entries({ WatchList: [], 'paged lists': ['--feature-gates', 'WatchList=false'] })) {
  describe(`Reflector on a real API server with ${mode}`, function () {
    this.timeout(90_000);
    let plane: ControlPlane;
    let admin: KubeClient;
    let proxy: FaultProxy;
    let client: KubeClient;
    let stopping: AbortController;
    let running: Promise<void>;
    let reflector: Reflector<Kept>;
    let store: Store<Kept>;
    let events: string[];
    let restarts: string[];

    before(async () => {
      plane = await startControlPlane({ flags: args });
      admin = clientFor(plane.kubeconfig);
      await createNamespace(admin, 'team');
    });
    after(async () => {
      await admin.close();
      await plane.stop();
    });

    beforeEach(async () => {
      proxy = await faultProxy(plane.kubeconfig);
      client = clientFor('', { load: () => proxy.load() });
      stopping = new AbortController();
      await start(CONFIG_MAPS);
    });
    afterEach(async () => {
      stopping.abort();
      await running;
      await client.close();
      await proxy.close();
      expect(await onServer()).not.to.equal('');
      for (const object of await listed()) await remove(admin, CONFIG_MAPS, object);
    });

    it('fills the store and follows every change', async () => {
      const a = await createMap(admin, 'team', 'a');
      await until('a is added', () => events.includes('added a'));
      await edit(admin, CONFIG_MAPS, a, { data: { x: 'ä€😀' } });
      await remove(admin, CONFIG_MAPS, a);
      await until('a is deleted', () => events.includes('deleted a'));
      expect(events.filter((event) => event.endsWith(' a'))).to.deep.equal(['added a', 'modified a', 'deleted a']);
      expect(client.learnt.watchListRefused).to.equal(mode !== 'WatchList');
    });

    it('ends equal to the server however its watch breaks in the middle of changes', async () => {
      const faults: readonly ((watch: ProxiedWatch) => void)[] = [
        (watch) => watch.reset(),
        (watch) => watch.end(),
        (watch) => watch.inject(GONE),
        (watch) => watch.inject(BROKEN),
        (watch) => watch.hold(),
      ];
      for (const [round, fault] of faults.entries()) {
        const objects = await Promise.all(
          ['a', 'b', 'c', 'd'].map((name) => createMap(admin, 'team', `${name}${round}`)),
        );
        const watch = proxy.watches.at(-1) as ProxiedWatch;
        fault(watch);
        await Promise.all(objects.map((object, at) => (at < 2 ? remove(admin, CONFIG_MAPS, object) : touch(object))));
        watch.release();
        await until(`equal after fault ${round}`, async () => held() === (await onServer()));
      }
    });

    it('survives a restart of the API server', async () => {
      const a = await createMap(admin, 'team', 'a');
      await until('a is there', () => events.includes('added a'));
      await plane.restartApiServer();
      await until('the API server answers again', async () => (await onServer()) !== '');
      await remove(admin, CONFIG_MAPS, a);
      const from = performance.now();
      await createMap(admin, 'team', 'b');
      await until('equal', async () => held() === (await onServer()), 30_000);
      expect(performance.now() - from).to.be.below(30_000);
    });

    it('relists when history was lost with the old API server, and reports what vanished meanwhile', async () => {
      const a = await createMap(admin, 'team', 'a');
      await until('a is there', () => events.includes('added a'));
      const passing = proxy.rule(() => ({ name: 'cut off', act: (exchange) => exchange.reset() }));
      proxy.watches.at(-1)?.reset();
      await remove(admin, CONFIG_MAPS, a);
      for (let at = 0; at < 5; at += 1) await remove(admin, CONFIG_MAPS, await createMap(admin, 'team', `x${at}`));
      // A new API server's watch cache begins at the present: what was before is 410 Gone.
      await plane.restartApiServer();
      passing();
      await until('the deletion is reported', () => events.includes('deleted a'), 30_000);
      await until('equal', async () => held() === (await onServer()));
    });

    it('notices a connection that fell silent, within its limit', async () => {
      await restart({ inactivityMs: 1_500 });
      const watch = proxy.watches.at(-1) as ProxiedWatch;
      watch.hold();
      const from = performance.now();
      await createMap(admin, 'team', 'silent');
      await until('it is seen on another watch', () => events.includes('added silent'));
      expect(performance.now() - from).to.be.below(5_000);
      expect(restarts).to.include('deadline');
      await watch.closed;
    });

    it('opens a new watch at once when the server ended the last one', async () => {
      await restart({ timeoutSeconds: [1, 1] });
      await new Promise((resolve) => setTimeout(resolve, 4_500));
      const resumed = proxy.requests.filter((line) => line.includes('watch=true'));
      expect(resumed.length).to.be.within(4, 7);
      expect(restarts.every((reason) => reason === 'ended')).to.equal(true);
      // One connection serves them all: they end well.
      expect(proxy.connections()).to.be.at.most(4);
    });

    it('waits for a CRD and starts once it is there', async () => {
      const widgets: Resource = {
        group: 'test.dev',
        version: 'v1',
        plural: `widgets`,
        kind: 'Widget',
        namespaced: true,
      };
      await stop();
      await start(widgets, false);
      await until('it waits', () => reflector.state().startsWith('waiting for CRD widgets.test.dev'));
      await create(admin, CRDS, crd(widgets));
      await reflector.synced;
      await createWidget(widgets);
      await until('the widget is there', () => events.includes('added w'));
      await remove(admin, CRDS, crd(widgets) as KubeObject);
    });

    it('says which permission is missing, and goes on once it is granted', async () => {
      const body = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'no' };
      const granted = proxy.rule(() => ({ name: '403', act: (exchange) => exchange.reply({ status: 403, body }) }));
      await stop();
      await start(CONFIG_MAPS, false);
      await until('it says so', () => reflector.state().startsWith('forbidden'));
      granted();
      await reflector.synced;
    });

    it('follows one object alone where a field selector says so', async () => {
      await stop();
      await start(CONFIG_MAPS, true, { namespace: 'team', fieldSelector: 'metadata.name=one' });
      await createMap(admin, 'team', 'other');
      await createMap(admin, 'team', 'one');
      await until('one is there', () => events.includes('added one'));
      expect(events).not.to.include('added other');
    });

    type Extra = Partial<ConstructorParameters<typeof Reflector<Kept>>[0]>;

    async function start(resource: Resource, untilSynced = true, extra: Extra = {}): Promise<void> {
      stopping = new AbortController();
      store = new Store(keepAll);
      events = [];
      restarts = [];
      store.subscribe(({ type, name }) => events.push(`${type} ${name}`));
      const observer = { ...silentObserver, watchRestart: (_: string, reason: string) => void restarts.push(reason) };
      reflector = new Reflector({ client, store, resource, observer, ...extra });
      running = reflector.run(stopping.signal);
      if (untilSynced) await reflector.synced;
    }

    async function stop(): Promise<void> {
      stopping.abort();
      await running;
    }

    async function restart(extra: Extra): Promise<void> {
      await stop();
      const before = proxy.watches.length;
      await start(CONFIG_MAPS, true, extra);
      await until('it watches', () => proxy.watches.length > before);
    }

    async function touch(object: KubeObject): Promise<void> {
      await edit(admin, CONFIG_MAPS, object, { data: { touched: 'yes' } });
    }

    async function listed(): Promise<readonly KubeObject[]> {
      const reply = await admin.request({ method: 'GET', path: collectionPath(CONFIG_MAPS, 'team') });
      return (reply.body as { items?: KubeObject[] }).items ?? [];
    }

    async function onServer(): Promise<string> {
      return summary(
        (await listed()).map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`),
      );
    }

    function held(): string {
      return summary(store.list('team').map(({ name, uid, resourceVersion }) => `${name} ${uid} ${resourceVersion}`));
    }

    async function createWidget(widgets: Resource): Promise<void> {
      const widget = { apiVersion: 'test.dev/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'team' } };
      await until('the CRD is served', async () => {
        const reply = await admin.request({ method: 'POST', path: collectionPath(widgets, 'team'), body: widget });
        return reply.status === 201 || reply.status === 409;
      });
    }
  });
}

function crd({ group, plural, kind, version }: Resource): object {
  const schema = { openAPIV3Schema: { type: 'object' } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: CRDS.kind,
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

function summary(lines: readonly string[]): string {
  return lines.toSorted().join('\n');
}
