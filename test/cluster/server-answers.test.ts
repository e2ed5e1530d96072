import { expect } from 'chai';
import fc from 'fast-check';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { platform } from '../slots/fold-context.ts';
import { claimsOf, contexts, samplesOf } from '../slots/samples.ts';
import type { ApiClient } from './harness/api-client.ts';
import { sharedCluster } from './harness/cluster.ts';
import { dryRun } from './harness/dry-run.ts';
import type { Answer } from './harness/dry-run.ts';

describe('the answer of the API server', function () {
  this.timeout(120_000);
  let admin: ApiClient;

  before(async () => {
    ({ admin } = await sharedCluster());
  });

  for (const kind of slotKinds) {
    it(`to what ${kind.field} asks for is what was asked for, so nothing is written twice`, async () => {
      const samples = fc.sample(fc.tuple(claimsOf(samplesOf(kind)), contexts), { numRuns: 60 });
      const desired = samples.flatMap(([claims, context]) => kind.fold(claims, { ...context, platform }));
      for (const wanted of desired) {
        const { code, message, object } = await ask(wanted);
        expect(code, `${wanted.kind} ${JSON.stringify(wanted.content)}: ${message}`).to.equal(201);
        expect(objectKindOf(wanted.kind)?.normalize(object)).to.deep.equal(wanted.content);
      }
    });
  }

  async function ask({ kind, name, content }: Desired): Promise<Answer> {
    const resource = objectKindOf(kind)?.resource;
    if (resource === undefined) throw new Error(`no object kind is called ${kind}`);
    const object = { apiVersion: apiVersionOf(resource), kind, metadata: { name, namespace: 'default' }, ...content };
    return dryRun(admin, resource, object);
  }
});
