import { expect } from 'chai';
import fc from 'fast-check';
import { fieldsObject } from '../../src/plan/desired-object.ts';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { platform } from '../slots/fold-context.ts';
import { claimsOf, contexts, samplesOf } from '../slots/samples.ts';
import type { ApiClient } from './harness/api-client.ts';
import { sharedCluster } from './harness/cluster.ts';
import { dryRun, dryRunApply } from './harness/dry-run.ts';
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
        expect(message, `${wanted.kind} ${JSON.stringify(wanted.content)}: ${code}`).to.equal('');
        expect(objectKindOf(wanted.kind)?.normalize(object)).to.deep.equal(wanted.content);
      }
    });
  }

  async function ask({ kind, name, content }: Desired): Promise<Answer> {
    const objectKind = objectKindOf(kind);
    if (objectKind === undefined) throw new Error(`no object kind is called ${kind}`);
    const { resource, fields } = objectKind;
    const place = { name, namespace: 'default' };
    if (fields !== undefined) return dryRunApply(admin, resource, fieldsObject(content, objectKind, place));
    const object = { apiVersion: apiVersionOf(resource), kind, metadata: place, ...content };
    return dryRun(admin, resource, object);
  }
});
