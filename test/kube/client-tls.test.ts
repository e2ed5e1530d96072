import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { systemTiming } from '../../src/kube/timing.ts';

describe('createClient over TLS', function () {
  this.timeout(30_000);
  let dir: string;
  let server: Server;
  let client: KubeClient;
  let later: number;
  let requests: number;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'parapet-'));
    for (const ca of ['ca-1', 'ca-2'])
      openssl('req', '-x509', '-newkey', 'rsa:2048', ...keyAndCert(ca), '-subj', `/CN=${ca}`);
    for (const [name, ca] of [
      ['server-1', 'ca-1'],
      ['server-2', 'ca-2'],
      ['alice', 'ca-1'],
      ['bob', 'ca-1'],
    ] as const) {
      issue(name, ca);
    }
  });
  after(() => rmSync(dir, { recursive: true }));

  beforeEach(() => {
    later = 0;
    requests = 0;
    const timing = { ...systemTiming, now: () => performance.now() + later };
    client = createClient({ load: () => loadKubeConfig({ file: join(dir, 'kubeconfig') }), version: 'test', timing });
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  it('is whom its client certificate names, and within a minute whom the next one names', async () => {
    await serve('server-1', 'ca-1');
    use('ca-1', 'alice');
    expect(await whoAmI()).to.equal('alice');
    use('ca-1', 'bob');
    expect(await whoAmI()).to.equal('alice');
    later += 60_000;
    expect(await whoAmI()).to.equal('bob');
  });

  it('trusts the CA of its kubeconfig alone, and within a minute the next one', async () => {
    await serve('server-2', 'ca-1');
    use('ca-1', 'alice');
    expect(await failure()).to.include({ code: 'Network' });
    use('ca-2', 'alice');
    later += 60_000;
    expect(await whoAmI()).to.equal('alice');
  });

  it('sends no write whose connection came about only when it may write no longer', async () => {
    await serve('server-1', 'ca-1');
    const door = await closedDoor((server.address() as AddressInfo).port);
    use('ca-1', 'alice', door.port);
    let writes = true;
    const leader = createClient({
      load: () => loadKubeConfig({ file: join(dir, 'kubeconfig') }),
      version: 'test',
      mayWrite: () => writes,
    });
    try {
      const post = leader.request({ method: 'POST', path: '/', body: {} }).catch((error: unknown) => error);
      await door.knocked;
      writes = false;
      door.open();
      expect(await post).to.include({ code: 'NotLeader' });
      expect(requests).to.equal(0);
      writes = true;
      expect(await leader.request({ method: 'POST', path: '/', body: {} })).to.include({ status: 200 });
      expect(requests).to.equal(1);
    } finally {
      await leader.close();
      await door.close();
    }
  });

  async function serve(name: string, clientCa: string): Promise<void> {
    const tls = { key: read(`${name}.key`), cert: read(`${name}.crt`), ca: read(`${clientCa}.crt`) };
    server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      requests += 1;
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      response.end(JSON.stringify({ user: subject.CN }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  function use(ca: string, user: string, port = (server.address() as AddressInfo).port): void {
    const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': `${ca}.crt` };
    const document = {
      'current-context': 'x',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { 'client-certificate': `${user}.crt`, 'client-key': `${user}.key` } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(join(dir, 'kubeconfig'), JSON.stringify(document));
  }

  async function whoAmI(): Promise<unknown> {
    return ((await client.request({ method: 'POST', path: '/', body: {} })).body as { user?: unknown }).user;
  }

  async function failure(): Promise<unknown> {
    return client.request({ method: 'POST', path: '/', body: {} }).catch((error: unknown) => error);
  }

  function issue(name: string, ca: string): void {
    const request = join(dir, `${name}.csr`);
    const extensions = join(dir, 'extensions');
    writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1\n');
    openssl(
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      join(dir, `${name}.key`),
      '-out',
      request,
      '-subj',
      `/CN=${name}`,
    );
    const signer = ['-CA', join(dir, `${ca}.crt`), '-CAkey', join(dir, `${ca}.key`), '-CAcreateserial'];
    openssl('x509', '-req', '-in', request, '-out', join(dir, `${name}.crt`), ...signer, '-extfile', extensions);
  }

  function keyAndCert(name: string): readonly string[] {
    return ['-nodes', '-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.crt`)];
  }

  function read(file: string): Buffer {
    return readFileSync(join(dir, file));
  }
});

interface Door {
  readonly port: number;
  /** Resolves when somebody stands before it. */
  readonly knocked: Promise<void>;
  open(): void;
  close(): Promise<void>;
}

/** In front of a port: lets nothing through, not even a handshake, until it is opened. */
async function closedDoor(to: number): Promise<Door> {
  const opened = Promise.withResolvers<void>();
  const knocked = Promise.withResolvers<void>();
  const door = createTcpServer((socket) => {
    knocked.resolve();
    socket.on('error', () => {});
    void opened.promise.then(() => {
      const inside = connect(to, '127.0.0.1');
      inside.on('error', () => socket.destroy());
      return socket.pipe(inside).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    port: (door.address() as AddressInfo).port,
    knocked: knocked.promise,
    open: opened.resolve,
    close: () => new Promise((resolve) => door.close(() => resolve())),
  };
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
