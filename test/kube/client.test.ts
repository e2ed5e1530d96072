import type { RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { ApiError, TransportError } from '../../src/errors.ts';
import { createClient, type Call, type ClientOptions, type KubeClient } from '../../src/kube/client.ts';
import { systemTiming } from '../../src/kube/timing.ts';
import { configFor, testServer, type TestServer } from './support/http-server.ts';

const GET: Call = { method: 'GET', path: '/api/v1/pods' };
const POST: Call = { method: 'POST', path: '/api/v1/pods', body: { a: 1 } };

describe('createClient', () => {
  let server: TestServer;
  let client: KubeClient;

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('sends the token, the user agent and JSON, and reads JSON', async () => {
    await serve((_, response) => json(response, 200, { kind: 'PodList' }));
    expect(await client.request({ ...GET, query: { limit: 5 } })).to.deep.equal({
      status: 200,
      body: { kind: 'PodList' },
    });
    expect(server.requests[0]).to.include({ url: '/api/v1/pods?limit=5' });
    expect(server.requests[0]?.headers).to.include({
      authorization: 'Bearer secret-token',
      'user-agent': 'parapet/1.2.3',
    });
  });

  it('carries a thousand calls on at most sixteen connections', async () => {
    await serve((_, response) => setImmediate(() => json(response, 200, {})));
    await Promise.all(Array.from({ length: 1_000 }, () => client.request(GET)));
    expect(server.connections()).to.be.within(1, 16);
  });

  it('keeps the path prefix of a server behind a gateway', async () => {
    await serve(
      (_, response) => json(response, 200, {}),
      (url) => ({ load: () => configFor(`${url}/k8s/clusters/c1/`) }),
    );
    await client.request(GET);
    expect(server.requests[0]?.url).to.equal('/k8s/clusters/c1/api/v1/pods');
  });

  for (const call of [GET, POST]) {
    it(`repeats ${call.method} after 429, not before the time the server named`, async () => {
      const at: number[] = [];
      await serve((_, response) => {
        at.push(performance.now());
        if (at.length === 1) json(response, 429, status('slow down'), { 'retry-after': '1' });
        else json(response, 200, {});
      });
      expect(await client.request(call)).to.include({ status: 200 });
      expect((at[1] ?? 0) - (at[0] ?? 0)).to.be.at.least(1_000);
    });
  }

  it('hands a 429 on when the time the server named lies beyond the deadline', async () => {
    await serve((_, response) => json(response, 429, status('slow down'), { 'retry-after': '60' }));
    const reply = await client.request({ ...POST, deadlineMs: 1_000 });
    expect(reply).to.include({ status: 429, retryAfterMs: 60_000 });
    expect(server.requests).to.have.length(1);
  });

  it('lets whoever makes the same call next wait as well, and nobody else', async () => {
    const seconds = ['60', '1'];
    await serve(({ url = '' }, response) => {
      const after = url.includes('held') ? seconds.pop() : undefined;
      return after === undefined
        ? json(response, 201, {})
        : json(response, 429, status('later'), { 'retry-after': after });
    });
    const held = { ...POST, path: '/held', deadlineMs: 500 };
    expect((await client.request(held)).status).to.equal(429);
    const from = performance.now();
    expect((await client.request(POST)).status).to.equal(201);
    expect((await client.request(held)).status).to.equal(429);
    expect(server.requests.filter(({ url }) => url === '/held')).to.have.length(1);
    expect((await client.request({ ...held, deadlineMs: 3_000 })).status).to.equal(429);
    expect(performance.now() - from).to.be.within(950, 2_500);
    expect(server.requests.filter(({ url }) => url === '/held')).to.have.length(2);
  });

  it('lets fewer calls run after a 429', async () => {
    let running = 0;
    let most = 0;
    let refused = false;
    await serve((_, response) => {
      running += 1;
      most = refused ? Math.max(most, running) : 0;
      setTimeout(() => {
        running -= 1;
        if (refused) return json(response, 200, {});
        refused = true;
        return json(response, 429, status('slow down'), { 'retry-after': '1' });
      }, 20);
    });
    const first = client.request(GET);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all([first, ...Array.from({ length: 12 }, () => client.request(GET))]);
    expect(most).to.be.within(5, 8);
  });

  it('repeats a read whose connection broke, but not a write: it may have been committed', async () => {
    await serve((request, response) => {
      if (server.requests.length === 1) request.socket.destroy();
      else json(response, 200, {});
    });
    expect(await client.request(GET)).to.include({ status: 200 });
    await server.close();
    await serve((request) => request.socket.destroy());
    const error = await failure(client.request(POST));
    expect(error).to.include({ code: 'Network' });
    expect(server.requests).to.have.length(1);
  });

  const unusable: Readonly<Record<string, RequestListener>> = {
    'a page of HTML': (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>secret</html>'),
    'JSON that ends early': (_, response) => response.writeHead(200).end('{"kind": "Secret", "data": {"a": "c2Vj'),
    nothing: (_, response) => response.writeHead(200).end(),
  };
  for (const [name, answer] of Object.entries(unusable)) {
    it(`calls ${name} malformed, without repeating it`, async () => {
      await serve(answer);
      const error = await failure(client.request(POST));
      expect(error).to.include({ code: 'Malformed' });
      expect(String(error.message)).not.to.match(/secret|c2Vj/i);
    });
  }

  it('calls a body cut short of its length a broken connection', async () => {
    await serve((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"a":', () => request.socket.destroy());
    });
    expect(await failure(client.request(POST))).to.include({ code: 'Network' });
  });

  it('reads an error page as a status without a body', async () => {
    await serve((_, response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<html>login</html>'));
    expect(await client.request(POST)).to.deep.equal({ status: 403, body: undefined });
  });

  it('gives up at the deadline, and when the caller does', async () => {
    await serve(() => {});
    const from = performance.now();
    expect(await failure(client.request({ ...GET, deadlineMs: 300 }))).to.include({ code: 'Deadline' });
    expect(performance.now() - from).to.be.within(250, 1_500);
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 50);
    expect(await failure(client.request({ ...GET, signal: leaving.signal }))).to.include({ code: 'Aborted' });
  });

  it('fetches new credentials after a 401, once, and repeats even a write', async () => {
    let token = 'old';
    await serve(
      (request, response) => json(response, request.headers.authorization === 'Bearer new' ? 201 : 401, status('who?')),
      (url) => ({ load: () => configFor(url, token) }),
    );
    expect(await client.request(POST)).to.include({ status: 401 });
    expect(server.requests).to.have.length(1);
    token = 'new';
    expect(await client.request(POST)).to.include({ status: 201 });
    expect(server.requests).to.have.length(3);
  });

  it('asks right before sending whether it may still write', async () => {
    let leader = true;
    await serve(
      (_, response) => {
        leader = false;
        json(response, 429, status('slow down'), { 'retry-after': '0' });
      },
      () => ({ mayWrite: () => leader }),
    );
    expect(await failure(client.request(POST))).to.include({ code: 'NotLeader' });
    expect(server.requests).to.have.length(1);
    expect(await client.request({ ...GET, deadlineMs: 100 })).to.include({ status: 429 });
  });

  it('renews the lease while all other calls hang', async () => {
    await serve((request, response) => {
      if (request.method === 'PUT') json(response, 200, {});
    });
    const leaving = new AbortController();
    const hanging = Array.from({ length: 50 }, async () =>
      failure(client.request({ ...POST, signal: leaving.signal })),
    );
    const lease = await client.request({ method: 'PUT', path: '/lease', body: {}, lane: 'lease', deadlineMs: 1_000 });
    expect(lease.status).to.equal(200);
    leaving.abort();
    await Promise.all(hanging);
  });

  describe('stream', () => {
    it('yields parsed lines across chunks, and reuses the connection after a clean end', async () => {
      await serve((_, response) => {
        response.writeHead(200);
        Readable.from([...Buffer.from('{"a":"ä"}\n{"a":2}\n')].map((byte) => Buffer.of(byte))).pipe(response);
      });
      for (let again = 0; again < 3; again += 1) expect(await lines()).to.deep.equal([{ a: 'ä' }, { a: 2 }]);
      expect(server.connections()).to.equal(1);
    });

    it('ends with an error after the inactivity limit, counted from the last byte', async () => {
      await serve((_, response) => {
        response.writeHead(200).write('{"a":1}\n');
        setTimeout(() => response.write('{"a":2}\n'), 200);
      });
      const from = performance.now();
      expect(await failure(lines(300))).to.include({ code: 'Deadline' });
      expect(performance.now() - from).to.be.within(450, 2_000);
    });

    it('reports a broken connection, also in the middle of a line', async () => {
      await serve((request, response) => {
        response.writeHead(200).write('{"a":1}\n{"a"', () => request.socket.destroy());
      });
      expect(await failure(lines())).to.include({ code: 'Network' });
    });

    it('reports what the API server refuses', async () => {
      await serve((_, response) => json(response, 410, status('too old'), { 'retry-after': '2' }));
      const error: unknown = await lines().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(ApiError);
      expect(error).to.include({ status: 410, message: 'too old', retryAfterMs: 2_000 });
    });

    it('closes the connection when its reader leaves', async () => {
      let closed = false;
      await serve((request, response) => {
        request.socket.on('close', () => (closed = true));
        response.writeHead(200).write('{"a":1}\n');
      });
      for await (const line of client.stream({ path: '/watch', inactivityMs: 5_000 })) {
        expect(line).to.deep.equal({ a: 1 });
        break;
      }
      await systemTiming.sleep(100);
      expect(closed).to.equal(true);
    });

    async function lines(inactivityMs = 5_000): Promise<unknown[]> {
      const all: unknown[] = [];
      for await (const line of client.stream({ path: '/watch', query: { watch: true }, inactivityMs })) all.push(line);
      return all;
    }
  });

  async function serve(
    answer: RequestListener,
    options: (url: string) => Partial<ClientOptions> = () => ({}),
  ): Promise<void> {
    server = await testServer(answer);
    client = createClient({ load: () => configFor(server.url), version: '1.2.3', ...options(server.url) });
  }
});

function json(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function status(message: string): unknown {
  return { kind: 'Status', message };
}

async function failure(promise: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).to.be.instanceOf(TransportError);
  expect(JSON.stringify(error) + String((error as Error).stack)).not.to.contain('secret-token');
  return error as TransportError;
}
