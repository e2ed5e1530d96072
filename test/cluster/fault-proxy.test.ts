import { join } from 'node:path';
import { expect } from 'chai';
import { clientFor } from '../../hack/support/admin.ts';
import { spelledCall } from '../../hack/support/fault-proxy/call-identity.ts';
import type { Exchange } from '../../hack/support/fault-proxy/exchange.ts';
import { faultProxy } from '../../hack/support/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../../hack/support/fault-proxy/fault-proxy.ts';
import type { ProxiedCall } from '../../hack/support/fault-proxy/proxied-call.ts';
import type { KubeClient, StreamCall } from '../../src/kube/client.ts';
import { collectionPath, objectPath } from '../../src/kube/resource-path.ts';
import { CONFIG_MAPS, configMap } from '../kube/support/objects.ts';
import { sharedControlPlane } from './harness/shared-control-plane.ts';
import { createMap, createNamespace } from './harness/tested-client.ts';
import { uniqueName } from './harness/cluster.ts';
import { until } from './harness/until.ts';

describe('faultProxy before a real API server', function () {
  this.timeout(60_000);
  let admin: KubeClient;
  let proxy: FaultProxy;
  let client: KubeClient;
  let kubeconfig: string;
  const namespace = uniqueName('proxy');

  before(async () => {
    const plane = await sharedControlPlane();
    kubeconfig = plane.kubeconfig;
    admin = clientFor(kubeconfig);
    await createNamespace(admin, namespace);
    proxy = await faultProxy(kubeconfig);
    const file = join(plane.dir, 'proxy.kubeconfig');
    await proxy.writeKubeconfig(file);
    client = clientFor(file);
  });
  after(async () => {
    await client.close();
    await proxy.close();
    await admin.close();
  });

  const path = (name: string): string => objectPath(CONFIG_MAPS, namespace, name);
  const stored = async (name: string): Promise<boolean> =>
    (await admin.request({ method: 'GET', path: path(name) })).status === 200;

  /** A POST of a map of this name, with this fault on it, and what the proxy wrote down. */
  async function post(name: string, act?: (exchange: Exchange) => Promise<void> | void) {
    const away = proxy.rule((call) => (act !== undefined && call.name === name ? { name: 'planned', act } : undefined));
    const { apiVersion, kind } = configMap({});
    const body = { apiVersion, kind, metadata: { name, namespace } };
    const call = { method: 'POST', path: collectionPath(CONFIG_MAPS, namespace), body, deadlineMs: 3_000 } as const;
    const told = await client.request(call).then(
      ({ status }) => status,
      (error: { readonly code?: string }) => error.code,
    );
    away();
    const log = proxy.calls.filter((each) => each.name === name && each.verb === 'create');
    return { told, log: log[0] as ProxiedCall, calls: log.length };
  }

  it('passes a call on, and writes down when it arrived, was forwarded, committed and answered', async () => {
    const { told, log } = await post('plain');
    expect(told).to.equal(201);
    expect(spelledCall(log)).to.equal(`create configmaps ${namespace}/plain`);
    expect(log).to.include({ n: 1, status: 201, told: 201 });
    expect(log).not.to.have.any.keys('fault');
    await until('it is over', () => log.answeredAt !== undefined);
    const { arrivedAt, forwardedAt = 0, committedAt = 0, answeredAt = 0 } = log;
    const times = [arrivedAt, forwardedAt, committedAt, answeredAt];
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
    expect(log.body).to.have.nested.property('metadata.name', 'plain');
    expect(log.reply).to.have.nested.property('metadata.uid');
  });

  it('answers in place of the API server, which never hears of the call', async () => {
    const body = { kind: 'Status', code: 500 };
    const { told, log } = await post('instead', (exchange) => exchange.reply({ status: 500, body }));
    expect(told).to.equal(500);
    expect(log).to.include({ told: 500, fault: 'planned' });
    expect(log).not.to.have.any.keys('forwardedAt', 'status');
    expect(await stored('instead')).to.equal(false);
  });

  it('lets a call be committed and its answer be lost', async () => {
    const { told, log, calls } = await post('lost', async (exchange) => {
      await exchange.forward();
      exchange.reset();
    });
    expect(told).to.equal('Network');
    expect(log).to.include({ status: 201, told: 'reset' });
    expect(calls).to.equal(1);
    expect(await stored('lost')).to.equal(true);
  });

  it('lets a call be committed and says nothing for as long as the caller waits', async () => {
    const { told } = await post('silent', async (exchange) => {
      await exchange.forward();
      await exchange.hang();
    });
    expect(told).to.equal('Deadline');
    expect(await stored('silent')).to.equal(true);
  });

  it('cuts an answer short, and doles another one out', async () => {
    const short = await post('short', async (exchange) => exchange.giveTruncated(await exchange.forward()));
    expect(short.told).to.equal('Malformed');
    const slow = await post('slow', async (exchange) => exchange.drip(await exchange.forward(), 10, 20));
    expect(slow.told).to.equal(201);
    await until('it is over', () => slow.log.answeredAt !== undefined);
    expect((slow.log.answeredAt ?? 0) - (slow.log.committedAt ?? 0)).to.be.at.least(180);
  });

  it('refuses connections for a while and breaks those there are', async () => {
    const lines = watched();
    await until('the watch runs', () => proxy.watches.length === 1);
    await proxy.refuse();
    const get = { method: 'GET', path: '/version', deadlineMs: 300 } as const;
    expect(await client.request(get).catch((error: { readonly code: string }) => error.code)).to.equal('Network');
    expect(await lines).to.deep.include({ ended: 'Network' });
    await proxy.accept();
    expect((await client.request(get)).status).to.equal(200);
  });

  it('holds a watch from an event on, and what waits is lost with the connection', async () => {
    const seen = watched();
    await until('the watch runs', () => proxy.watches.length === 2);
    const [, watch] = proxy.watches;
    watch?.holdFrom((line) => line.includes('"name":"second"'));
    await createMap(admin, namespace, 'first');
    await createMap(admin, namespace, 'second');
    await createMap(admin, namespace, 'third');
    await until('two wait', () => watch?.held().length === 2);
    watch?.end();
    expect((await seen).names)
      .to.include('first')
      .and.not.include.oneOf(['second', 'third']);
  });

  it('says nothing more in either direction on a connection that fell into a black hole', async () => {
    const seen = watched(1_500);
    await until('the watch runs', () => proxy.watches.length === 3);
    proxy.watches.at(-1)?.blackhole();
    await createMap(admin, namespace, 'unseen');
    const { names, ended } = await seen;
    expect(names).not.to.include('unseen');
    expect(ended).to.equal('Deadline');
  });

  /** Watches maps from now on until that ends, and how. */
  async function watched(
    inactivityMs = 30_000,
  ): Promise<{ readonly names: readonly string[]; readonly ended: string }> {
    const call: StreamCall = { path: collectionPath(CONFIG_MAPS, namespace), query: { watch: true }, inactivityMs };
    const names: string[] = [];
    try {
      for await (const event of client.stream(call)) {
        names.push(
          (event as { readonly object: { readonly metadata: { readonly name: string } } }).object.metadata.name,
        );
      }
      return { names, ended: 'well' };
    } catch (error) {
      return { names, ended: (error as { readonly code: string }).code };
    }
  }
});
