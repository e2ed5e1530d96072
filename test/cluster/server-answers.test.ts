import { expect } from 'chai';
import fc from 'fast-check';
import { apiVersionOf } from '../../src/slots/kube-object.ts';
import type { Resource } from '../../src/slots/kube-object.ts';
import { objectKindOf } from '../../src/slots/object-kinds.ts';
import { slotKinds } from '../../src/slots/registry.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { NAMESPACES } from '../kube/support/cluster.ts';
import { platform } from '../slots/fold-context.ts';
import { claimsOf, contexts, samplesOf } from '../slots/samples.ts';
import { startPolicyServer } from './policy-server.ts';
import type { Answer, PolicyServer } from './policy-server.ts';

const NAMESPACE = 'team-a';

describe('the answer of the API server', function () {
  this.timeout(120_000);
  let server: PolicyServer;

  before(async () => {
    server = await startPolicyServer();
    await server.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  });
  after(async () => {
    await server.stop();
  });

  for (const kind of slotKinds) {
    it(`to what ${kind.field} asks for is what was asked for, so nothing is written twice`, async () => {
      const samples = fc.sample(fc.tuple(claimsOf(samplesOf(kind)), contexts), { numRuns: 60 });
      const desired = samples.flatMap(([claims, context]) => kind.fold(claims, { ...context, platform }));
      for (const wanted of desired) {
        const { resource, answer } = await ask(server, wanted);
        expect(answer.code, `${wanted.kind} ${JSON.stringify(wanted.content)}: ${answer.message}`).to.equal(201);
        expect(objectKindOf(resource.kind)?.normalize(answer.body)).to.deep.equal(wanted.content);
      }
    });
  }
});

async function ask(
  server: PolicyServer,
  { kind, name, content }: Desired,
): Promise<{ readonly resource: Resource; readonly answer: Answer }> {
  const resource = objectKindOf(kind)?.resource;
  if (resource === undefined) throw new Error(`no object kind is called ${kind}`);
  const object = { apiVersion: apiVersionOf(resource), kind, metadata: { name, namespace: NAMESPACE }, ...content };
  return { resource, answer: await server.create(resource, object, { dryRun: true }) };
}
