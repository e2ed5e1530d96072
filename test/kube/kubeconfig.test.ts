import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TransportError } from '../../src/errors.ts';
import { loadKubeConfig } from '../../src/kube/kubeconfig.ts';

describe('loadKubeConfig', () => {
  let dir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'parapet-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('reads the named file, and another context where one is named', () => {
    const file = write('config', config('one', 'https://one'), config('two', 'https://two'));
    expect(loadKubeConfig({ file }).getCurrentCluster()?.server).to.equal('https://one');
    expect(loadKubeConfig({ file, context: 'two' }).getCurrentCluster()?.server).to.equal('https://two');
  });

  it('reads and merges the files of KUBECONFIG, the first one deciding the context', () => {
    const files = [write('a', config('one', 'https://one')), write('b', config('two', 'https://two'))];
    const env = { KUBECONFIG: files.join(':') };
    expect(loadKubeConfig({}, env).getCurrentCluster()?.server).to.equal('https://one');
    expect(loadKubeConfig({ context: 'two' }, env).getCurrentCluster()?.server).to.equal('https://two');
  });

  it('allows plain HTTP on this machine only', () => {
    for (const [server, allowed] of [
      ['http://127.0.0.1:8001', true],
      ['http://localhost', true],
      ['http://[::1]:80', true],
      ['http://127.0.0.1.example.com', false],
      ['http://10.0.0.1', false],
    ] as const) {
      const cluster = loadKubeConfig({ file: write('config', config('one', server)) }).getCurrentCluster();
      expect(cluster?.skipTLSVerify === true, server).to.equal(allowed);
    }
  });

  for (const [name, text] of Object.entries({
    'that is absent': undefined,
    'that is no YAML': '{"users": [secret-token',
    'that names no cluster': '{}',
    'whose context names no cluster': JSON.stringify({ ...config('one', 'https://one'), clusters: [] }),
  })) {
    it(`refuses a file ${name}, and repeats nothing of it`, () => {
      const file = join(dir, 'config');
      if (text !== undefined) writeFileSync(file, text);
      expect(() => loadKubeConfig({ file }))
        .to.throw(TransportError)
        .that.satisfies((error: TransportError) => error.code === 'Credentials' && !error.message.includes('secret'));
    });
  }

  it('says what to set when there is no kubeconfig at all', () => {
    expect(() => loadKubeConfig({}, { HOME: dir })).to.throw(TransportError, 'set --kubeconfig or KUBECONFIG');
  });

  function write(name: string, ...configs: readonly ReturnType<typeof config>[]): string {
    const file = join(dir, name);
    const [first, ...more] = configs;
    const merged = {
      ...first,
      clusters: configs.flatMap(({ clusters }) => clusters),
      contexts: [...(first?.contexts ?? []), ...more.flatMap(({ contexts }) => contexts)],
      users: configs.flatMap(({ users }) => users),
    };
    writeFileSync(file, JSON.stringify(merged));
    return file;
  }
});

function config(name: string, server: string) {
  return {
    'current-context': name,
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: 't' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}
