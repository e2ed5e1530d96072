import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import { CredentialSource } from '../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { Cluster } from './harness/cluster.ts';
import { LEASE } from './harness/refs.ts';
import type { Ref } from './harness/refs.ts';
import { withoutSharedOperator } from './harness/shared.ts';
import { eventually } from './harness/until.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/parapet-system/leases';
const NETWORK_POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';
const GROUP = 'flowcontrol.apiserver.k8s.io/v1';

/** How the API server has classified a call. */
interface Flow {
  readonly schema: string;
  readonly level: string;
}

interface FlowSchema extends KubeObject {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

type Ask = (method: 'GET' | 'POST' | 'PUT', path: string, body?: object) => Promise<Flow>;

describe('config/flowcontrol', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let ours: Flow;

  before(async () => {
    cluster = await withoutSharedOperator();
    const uidOf = async (kind: string, name: string): Promise<string> =>
      (await cluster.admin.read({ apiVersion: GROUP, kind, name })).metadata.uid ?? '';
    ours = {
      schema: await uidOf('FlowSchema', 'parapet-leader-election'),
      level: await uidOf('PriorityLevelConfiguration', 'leader-election'),
    };
  });

  it('puts the operator’s calls for its Lease into leader-election: create, read, renew', async () => {
    await cluster.admin.delete(LEASE);
    const ask = await asking(await cluster.operatorKubeconfig());
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'parapet', namespace: 'parapet-system' },
      spec: { holderIdentity: randomUUID(), leaseDurationSeconds: 1 },
    };
    await eventually('the API server knows the FlowSchema', async () => {
      expect(await ask('POST', LEASES, lease)).to.deep.equal(ours);
    });
    const stored = await cluster.admin.read(LEASE);
    expect(await ask('GET', `${LEASES}/parapet`)).to.deep.equal(ours);
    expect(await ask('PUT', `${LEASES}/parapet`, stored)).to.deep.equal(ours);
    await cluster.admin.delete(LEASE);
  });

  it('leaves every other call of the operator where service accounts are', async () => {
    const ask = await asking(await cluster.operatorKubeconfig());
    const others = [
      await ask('GET', NETWORK_POLICIES),
      await ask('GET', '/apis/parapet.dev/v1alpha1/clustersecuritypolicies'),
      await ask('GET', LEASES.replace('parapet-system', 'default')),
      await ask('GET', LEASES),
    ];
    for (const { schema, level } of others) {
      expect(schema)
        .to.match(/^[0-9a-f-]{36}$/)
        .and.not.to.equal(ours.schema);
      expect(level).not.to.equal(ours.level);
    }
  });

  it('does nothing for anybody else who touches that Lease', async () => {
    const ask = await asking(cluster.controlPlane.kubeconfig);
    expect((await ask('GET', `${LEASES}/parapet`)).schema).not.to.equal(ours.schema);
  });

  it('names a priority level that exists', async () => {
    const ref: Ref<FlowSchema> = { apiVersion: GROUP, kind: 'FlowSchema', name: 'parapet-leader-election' };
    await eventually('the API server has judged it', async () => {
      const { conditions = [] } = (await cluster.admin.read(ref)).status;
      expect(conditions.find(({ type }) => type === 'Dangling')?.status).to.equal('False');
    });
  });
});

/** Calls as whoever the kubeconfig names; what comes of them doesn't matter, the headers tell the flow. */
async function asking(kubeconfig: string): Promise<Ask> {
  const source = new CredentialSource(() => loadKubeConfig({ file: kubeconfig }), systemTiming);
  const { server, headers, tls } = await source.current();
  return async (method, path, body) => {
    const dispatcher = new Agent({ connect: { ...tls } });
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await request(new URL(path, server), {
      method,
      dispatcher,
      headers: { ...headers, 'content-type': 'application/json' },
      ...content,
    });
    await reply.body.dump();
    await dispatcher.close();
    const header = (name: string): string => String(reply.headers[name] ?? '');
    return {
      schema: header('x-kubernetes-pf-flowschema-uid'),
      level: header('x-kubernetes-pf-prioritylevel-uid'),
    };
  };
}
