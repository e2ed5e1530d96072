import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { CredentialSource } from '../../src/kube/credentials.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';
import { fakeTiming, settled, type FakeTiming } from './support/fake-timing.ts';

describe('CredentialSource', () => {
  let dir: string;
  let timing: FakeTiming;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'parapet-'));
    timing = fakeTiming();
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('reads a token file again within a minute, and drops the newline at its end', async () => {
    write('token', 'one\n');
    const source = sourceOf({ tokenFile: 'token' });
    expect((await source.current()).headers['authorization']).to.equal('Bearer one');
    write('token', 'two\n');
    expect((await source.current()).headers['authorization']).to.equal('Bearer one');
    timing.skip(60_000);
    expect((await source.current()).headers['authorization']).to.equal('Bearer two');
  });

  it('goes on with what it has while a file is being replaced', async () => {
    write('token', 'one');
    const source = sourceOf({ tokenFile: 'token' });
    await source.current();
    rmSync(join(dir, 'token'));
    timing.skip(60_000);
    expect((await source.current()).headers['authorization']).to.equal('Bearer one');
  });

  it('asks for new connections when the CA or a certificate changed, not when a token did', async () => {
    write('ca', 'CA 1');
    write('token', 'one');
    const source = sourceOf({ tokenFile: 'token' }, { 'certificate-authority': 'ca' });
    const first = await source.current();
    write('token', 'two');
    timing.skip(60_000);
    const second = await source.current();
    expect(second.fingerprint).to.equal(first.fingerprint);
    write('ca', 'CA 2');
    timing.skip(60_000);
    expect((await source.current()).fingerprint).not.to.equal(first.fingerprint);
  });

  it('says after a refusal whether there are others now', async () => {
    write('token', 'one');
    const source = sourceOf({ tokenFile: 'token' });
    const refused = await source.current();
    expect(await source.renew(refused)).to.equal(false);
    write('token', 'two');
    expect(await source.renew(await source.current())).to.equal(true);
  });

  it('runs a credential plugin once, and again after a refusal', async () => {
    write('plugin', plugin(`'{"status":{"token":"t'$(wc -l < ${join(dir, 'runs')})'"}}'`), 0o755);
    write('runs', '');
    const source = sourceOf({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: join(dir, 'plugin') } });
    for (let minutes = 0; minutes < 3; minutes += 1) {
      expect((await source.current()).headers['authorization']).to.equal('Bearer t1');
      timing.skip(60_000);
    }
    expect(await source.renew(await source.current())).to.equal(true);
    expect((await source.current()).headers['authorization']).to.equal('Bearer t2');
  });

  for (const [name, script] of Object.entries({
    'that fails': 'echo secret-token >&2; exit 1',
    'that prints no JSON': 'echo "{secret-token"',
  })) {
    it(`names a plugin ${name} and repeats nothing it said`, async () => {
      write('plugin', `#!/bin/sh\n${script}\n`, 0o755);
      const source = sourceOf({
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: join(dir, 'plugin') },
      });
      const error: unknown = await source.current().catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(TransportError);
      expect(error).to.include({ code: 'Credentials' });
      expect(String((error as Error).message))
        .to.contain(join(dir, 'plugin'))
        .and.not.to.contain('secret-token');
    });
  }

  it('waits no longer than twenty seconds for a plugin, and asks it again', async () => {
    write(
      'plugin',
      `#!/bin/sh\n[ -e ${join(dir, 'runs')} ] || { touch ${join(dir, 'runs')}; sleep 5; }\necho '{"status":{"token":"t"}}'\n`,
      0o755,
    );
    const source = sourceOf({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: join(dir, 'plugin') } });
    const first = source.current().catch((thrown: unknown) => thrown);
    await timing.advance(20_000);
    expect(await first).to.include({ code: 'Credentials' });
    while (!existsSync(join(dir, 'runs'))) await settled();
    expect((await source.current()).headers['authorization']).to.equal('Bearer t');
  });

  it('sends a password as HTTP does', async () => {
    const source = sourceOf({ username: 'me', password: 'pass' });
    expect((await source.current()).headers['authorization']).to.equal('Basic bWU6cGFzcw==');
  });

  it('impersonates whom the kubeconfig names', async () => {
    expect((await sourceOf({ token: 't', as: 'somebody' }).current()).headers).to.include({
      'impersonate-user': 'somebody',
    });
  });

  function write(name: string, text: string, mode = 0o600): void {
    writeFileSync(join(dir, name), text, { mode });
  }

  function plugin(output: string): string {
    return `#!/bin/sh\necho >> ${join(dir, 'runs')}\necho ${output}\n`;
  }

  function sourceOf(user: object, cluster: object = {}): CredentialSource {
    const file = join(dir, 'kubeconfig');
    const document = {
      'current-context': 'x',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(file, JSON.stringify(document));
    return new CredentialSource(() => loadKubeConfig({ file }), timing);
  }
});
