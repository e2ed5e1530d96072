import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { version } from '../../src/commands/version.ts';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const root = join(import.meta.dirname, '../..');

function node(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd }, (_error, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
  });
}

describe('hack/bundle.ts', function () {
  this.timeout(60_000);
  let dir: string;
  let bundle: string;
  let built: Ended;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-bundle-'));
    bundle = join(dir, 'parapet.mjs');
    built = await node(root, 'hack/bundle.ts', bundle);
  });
  after(() => rm(dir, { recursive: true }));

  it('stays within the size budget, and says by how much', () => {
    expect(built).to.include({ code: 0, err: '' });
    expect(built.out).to.match(/parapet\.mjs: \d+ of 5000000 bytes\n$/);
  });

  it('makes one file that runs without node_modules, and warns of nothing', async () => {
    const ended = await node(dir, '--disable-proto=delete', bundle, 'version');
    expect(ended).to.deep.equal({ code: 0, out: `parapet ${version}\n`, err: '' });
  });

  it('makes an operator that gets as far as looking for its cluster', async () => {
    const flags = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--kubeconfig', join(dir, 'none')];
    const { code, err } = await node(dir, '--disable-proto=delete', bundle, 'run', ...flags);
    expect(code).to.equal(1);
    expect(JSON.parse(err)).to.have.property('reason').that.includes('cannot read kubeconfig');
  });
});
