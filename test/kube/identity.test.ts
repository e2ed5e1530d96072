import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { createClient } from '../../src/kube/client.ts';
import { Identity } from '../../src/kube/identity.ts';
import type { Reply } from '../../src/kube/reply.ts';
import { fakeClient } from './support/fake-client.ts';
import { fakeTiming, settled } from './support/fake-timing.ts';
import { configFor, testServer } from './support/http-server.ts';

const OPERATOR = 'system:serviceaccount:parapet-system:parapet';
const answer = (userInfo: unknown): Reply => ({ status: 201, body: { status: { userInfo } } });

describe('Identity', () => {
  it('asks the API server, though it may not write yet', async () => {
    const server = await testServer((_, response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer({ username: OPERATOR }).body));
    });
    const client = createClient({ load: () => configFor(server.url), version: '', mayWrite: () => false });
    const identity = new Identity({ client, onLearnt: () => expect.fail('nothing was planned without it') });
    expect(identity.username()).to.equal(undefined);
    await identity.run(new AbortController().signal);
    expect(identity.username()).to.equal(OPERATOR);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    ]);
    await client.close();
    await server.close();
  });

  it('keeps nobody waiting where it is not told, asks again, and says when it knows', async () => {
    const answers: (Reply | Error)[] = [
      { status: 403, body: { kind: 'Status', message: 'no' } },
      new TransportError('Network', 'gone'),
      answer({ username: '' }),
      answer(undefined),
      answer({ username: OPERATOR }),
    ];
    const timing = fakeTiming();
    const client = fakeClient({
      request: () => {
        const next = answers.shift();
        if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often');
        return next;
      },
    });
    let learnt = 0;
    const identity = new Identity({ client, timing, onLearnt: () => (learnt += 1) });
    const running = identity.run(new AbortController().signal);
    await identity.ready;
    await settled();
    expect([identity.username(), learnt, client.calls.length]).to.deep.equal([undefined, 0, 1]);
    await timing.advance(60_000);
    await running;
    expect([identity.username(), learnt, client.calls.length]).to.deep.equal([OPERATOR, 1, 5]);
  });

  it('gives up when it is stopped', async () => {
    const stopping = new AbortController();
    const identity = new Identity({ client: fakeClient({}), timing: fakeTiming(), onLearnt: () => {} });
    const running = identity.run(stopping.signal);
    await identity.ready;
    stopping.abort();
    await running;
    expect(identity.username()).to.equal(undefined);
  });
});
