import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { clientFor } from '../../hack/support/admin.ts';
import { startControlPlane, type ControlPlane } from '../../hack/support/control-plane.ts';
import { serviceAccountToken } from '../../hack/support/service-account-token.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { objectPath } from '../../src/kube/resource-path.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { configMap } from '../kube/support/objects.ts';
import { create, createMap, createNamespace, SERVICE_ACCOUNTS } from './harness/tested-client.ts';
import { until } from './harness/until.ts';

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
