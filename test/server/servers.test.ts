import { connect } from 'node:net';
import { expect } from 'chai';
import { Metrics } from '../../src/metrics.ts';
import { parseBindAddress } from '../../src/server/bind-address.ts';
import { startHealthServer } from '../../src/server/health-server.ts';
import { listen } from '../../src/server/http-server.ts';
import type { HttpServer } from '../../src/server/http-server.ts';
import { startMetricsServer } from '../../src/server/metrics-server.ts';

const anyPort = { host: '127.0.0.1', port: 0 };

async function get(server: HttpServer, path: string, method = 'GET'): Promise<[number, string]> {
  const response = await fetch(`http://${server.address}${path}`, { method });
  return [response.status, await response.text()];
}

describe('parseBindAddress', () => {
  const accepted = [
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    [':8081', { port: 8081 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['0', undefined],
  ] as const;
  for (const [text, address] of accepted) {
    it(`reads ${text}`, () => expect(parseBindAddress(text)).to.deep.equal(address));
  }

  for (const text of ['', '8080', 'localhost', '::1:8080', ':65536', 'host:', 'http://host:80']) {
    it(`refuses "${text}" and says what is accepted`, () => {
      expect(() => parseBindAddress(text)).to.throw(RangeError, 'write host:port, :port, or 0 to disable');
    });
  }
});

describe('startHealthServer', () => {
  let missing: string[] = [];
  let server: HttpServer;
  before(async () => {
    server = await startHealthServer(anyPort, () => missing);
  });
  after(() => server.close());

  it('is ready when nothing is waited for', async () => {
    missing = [];
    expect(await get(server, '/readyz')).to.deep.equal([200, 'ok\n']);
  });

  it('says with 503 what it waits for', async () => {
    missing = ['roles: listing', 'namespaces: listing'];
    expect(await get(server, '/readyz')).to.deep.equal([503, 'waiting for:\nroles: listing\nnamespaces: listing\n']);
  });

  it('is alive while it is not ready', async () => {
    missing = ['roles: listing'];
    expect(await get(server, '/healthz?verbose')).to.deep.equal([200, 'ok\n']);
  });

  it('knows no other path and no other method', async () => {
    expect((await get(server, '/'))[0]).to.equal(404);
    expect((await get(server, '/constructor'))[0]).to.equal(404);
    expect((await get(server, '/healthz', 'POST'))[0]).to.equal(405);
    expect(await get(server, '/healthz', 'HEAD')).to.deep.equal([200, '']);
  });
});

describe('startMetricsServer', () => {
  it('serves the registry in Prometheus’ format', async () => {
    const server = await startMetricsServer(anyPort, new Metrics({ version: '1.2.3' }));
    const response = await fetch(`http://${server.address}/metrics`);
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).to.match(/^parapet_build_info\{version="1\.2\.3",node="v\d+[^"]*"\} 1$/m);
    await server.close();
  });
});

describe('listen', () => {
  it('rejects when the address is taken', async () => {
    const first = await listen(anyPort, {});
    const second = await listen(parseBindAddress(first.address) ?? anyPort, {}).catch((error: Error) => error);
    expect(second).to.be.instanceOf(Error).and.have.property('code', 'EADDRINUSE');
    await first.close();
  });

  it('closes at once although a client keeps its connection open', async () => {
    const server = await listen(anyPort, {});
    const socket = connect(Number(server.address.split(':')[1]), '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    await server.close();
    await closed;
  });

  it('answers 500, and nothing of the reason, when a route throws', async () => {
    const server = await listen(anyPort, {
      '/x': () => {
        throw new Error('secret');
      },
    });
    expect(await get(server, '/x')).to.deep.equal([500, 'internal error\n']);
    await server.close();
  });
});
