import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { exceptionResource, policyResource } from '../../src/api/resources.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { ApiClient } from './harness/api-client.ts';
import { sharedCluster } from './harness/cluster.ts';
import { dryRun } from './harness/dry-run.ts';
import { wrongExceptions } from './wrong-exceptions.ts';
import { wrongPolicies } from './wrong-policies.ts';

const sample = new URL('../../config/samples/baseline.yaml', import.meta.url);

function policy(spec: object): KubeObject {
  return { apiVersion: apiVersionOf(policyResource), kind: policyResource.kind, metadata: { name: 'tried' }, spec };
}

function exception(spec: object): KubeObject {
  return { ...policy(spec), kind: exceptionResource.kind };
}

describe('the API server', function () {
  this.timeout(60_000);
  let admin: ApiClient;

  before(async () => {
    ({ admin } = await sharedCluster());
  });

  it('has at least sixty wrong policies to refuse', () => {
    expect(wrongPolicies.length).to.be.at.least(60);
    expect(new Set(wrongPolicies.map(({ title, path }) => `${title} ${path}`)).size).to.equal(wrongPolicies.length);
  });

  for (const { title, path, spec } of wrongPolicies) {
    it(`refuses ${title} and names ${path}`, async () => {
      const { code, message } = await dryRun(admin, policyResource, policy(spec));
      expect(code, message).to.equal(422);
      expect(message).to.include(`${path}:`);
    });
  }

  for (const { title, path, spec } of wrongExceptions) {
    it(`refuses an exception with ${title} and names ${path}`, async () => {
      const { code, message } = await dryRun(admin, exceptionResource, exception(spec));
      expect(code, message).to.equal(422);
      expect(message).to.include(`${path}:`);
    });
  }

  it('refuses a field that does not exist, where the client asks it to be strict', async () => {
    const spec = { mode: 'Audit', namespaceSelector: {}, networkPolicies: {} };
    const { code, message } = await dryRun(admin, policyResource, policy(spec));
    expect(code).to.equal(400);
    expect(message).to.include('spec.networkPolicies');
  });

  it('takes the sample, with the defaults of the reference and a status that says: not looked at', async () => {
    for (const document of parseAllDocuments(readFileSync(sample, 'utf8'))) {
      const { code, message, object } = await dryRun(admin, policyResource, document.toJS() as KubeObject);
      expect(code, message).to.equal(201);
      expect(object['spec']).to.include({ priority: 100, suspend: false });
      expect(object['status']).to.deep.equal({ observedGeneration: -1 });
    }
  });

  it('adds nothing within lists, which GitOps tools would report as a difference for ever', async () => {
    const spec = {
      mode: 'Audit',
      namespaceSelector: {},
      networkPolicy: { policies: [{ name: 'a', spec: { ingress: [{ ports: [{ port: 80 }] }] } }] },
      resourceQuotas: [{ name: 'a', hard: { pods: 1, 'requests.cpu': '1000m' } }],
      roles: [
        {
          name: 'a',
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
          subjects: [{ kind: 'Group', name: 'g' }],
        },
      ],
    };
    const { code, message, object } = await dryRun(admin, policyResource, policy(spec));
    expect(code, message).to.equal(201);
    expect(object['spec']).to.deep.equal({ ...spec, priority: 100, suspend: false, deletionPolicy: 'Orphan' });
  });
});
