import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import { faultProxy } from '../../hack/support/fault-proxy/fault-proxy.ts';
import { serviceAccountToken } from '../../hack/support/service-account-token.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { silentObserver } from '../../src/kube/observer.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { objectPath } from '../../src/kube/resource-path.ts';
import { Store } from '../../src/kube/store.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { configMap, keepAll } from '../kube/support/objects.ts';
import { create, createMap, createNamespace, SERVICE_ACCOUNTS } from './harness/tested-client.ts';
import { until } from './harness/until.ts';

const WATCHED = [
  ['', 'v1', 'configmaps'],
  ['', 'v1', 'namespaces'],
  ['', 'v1', 'serviceaccounts'],
  ['', 'v1', 'resourcequotas'],
  ['', 'v1', 'limitranges'],
  ['networking.k8s.io', 'v1', 'networkpolicies'],
  ['rbac.authorization.k8s.io', 'v1', 'roles'],
  ['rbac.authorization.k8s.io', 'v1', 'rolebindings'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterroles'],
  ['discovery.k8s.io', 'v1', 'endpointslices'],
] as const;

describe('createClient on a real API server', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let admin: KubeClient;

  before(async () => {
    plane = await startControlPlane();
    admin = clientFor(plane.kubeconfig);
    await createNamespace(admin, 'team');
  });
  after(async () => {
    await admin.close();
    await plane.stop();
  });

  it('is a service account by its token, by a file holding it, and by a plugin printing it', async () => {
    const token = await newAccount('robot');
    const file = join(plane.dir, 'token');
    writeFileSync(file, `${token}\n`);
    const plugin = join(plane.dir, 'plugin');
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    writeFileSync(plugin, `#!/bin/sh\ncat <<END\n${JSON.stringify(credential)}\nEND\n`, { mode: 0o755 });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    for (const user of [{ token }, { tokenFile: file }, { exec }]) {
      const client = clientFor(kubeconfig('account', user));
      expect(await whoAmI(client)).to.equal('system:serviceaccount:team:robot');
      await client.close();
    }
  });

  it('is whom the CA of the cluster certifies', async () => {
    const client = clientFor(join(plane.dir, 'client-cert.kubeconfig'));
    expect(await whoAmI(client)).to.equal('cert-admin');
    await createMap(client, 'team', 'written-by-certificate');
    await client.close();
  });

  it('notices by a 401 that its token was exchanged', async () => {
    const file = join(plane.dir, 'exchanged');
    writeFileSync(file, await newAccount('leaving'));
    const client = clientFor(kubeconfig('exchanged', { tokenFile: file }));
    await whoAmI(client);
    await admin.request({ method: 'DELETE', path: objectPath(SERVICE_ACCOUNTS, 'team', 'leaving') });
    writeFileSync(file, await newAccount('staying'));
    await until('it is the other account', async () => (await whoAmI(client)).endsWith(':staying'));
    await client.close();
  });

  it('reports a server it does not trust as no answer', async () => {
    const file = kubeconfig('untrusted', { token: 'x' }, { 'certificate-authority-data': undefined });
    const client = clientFor(file);
    const call = client.request({ method: 'POST', path: '/api/v1/namespaces/team/configmaps', body: configMap({}) });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'Network' });
    await client.close();
  });

  it('needs no more than 24 connections for ten watches and a thousand writes', async () => {
    const proxy = await faultProxy(plane.kubeconfig);
    const opened: Record<string, number> = {};
    const count = (lane: string): void => void (opened[lane] = (opened[lane] ?? 0) + 1);
    const observer = { ...silentObserver, connection: count };
    const client = clientFor('', { load: () => proxy.load(), observer });
    const stopping = new AbortController();
    const watches = WATCHED.map(([group, version, plural]) => {
      const resource = { group, version, plural, kind: '', namespaced: true };
      return new Reflector({ client, store: new Store(keepAll), resource, timeoutSeconds: [1, 3] });
    });
    const running = watches.map((watch) => watch.run(stopping.signal));
    await Promise.all(watches.map(({ synced }) => synced));
    const names = Array.from({ length: 1_000 }, (_, at) => `map-${at}`);
    await Promise.all(names.map((name) => createMap(client, 'team', name)));
    await client.request({ method: 'GET', path: '/version', lane: 'lease' });
    // Long enough for every watch to have ended and begun again a few times.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect(proxy.connections(), JSON.stringify(opened)).to.be.at.most(24);
    expect(proxy.requests.filter((line) => line.includes('watch=true')).length).to.be.above(30);
    stopping.abort();
    await Promise.all(running);
    await client.close();
    await proxy.close();
  });

  function kubeconfig(name: string, user: object, cluster: object = {}): string {
    const document = parse(readFileSync(plane.kubeconfig, 'utf8')) as {
      clusters: [{ name: string; cluster: object }];
      users: [{ name: string }];
    };
    const [first] = document.clusters;
    const file = join(plane.dir, `${name}.kubeconfig`);
    const clusters = [{ ...first, cluster: { ...first.cluster, ...cluster } }];
    writeFileSync(file, JSON.stringify({ ...document, clusters, users: [{ name: document.users[0].name, user }] }));
    return file;
  }

  async function newAccount(name: string): Promise<string> {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'team' } };
    await create(admin, SERVICE_ACCOUNTS, account);
    return serviceAccountToken(admin, `team/${name}`);
  }
});

async function whoAmI(client: KubeClient): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const reply = await client.request({ method: 'POST', path, body });
  const review = reply.body as KubeObject & {
    readonly status?: { readonly userInfo?: { readonly username?: string } };
  };
  return review.status?.userInfo?.username ?? `status ${reply.status}`;
}
