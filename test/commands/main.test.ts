import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { main } from '../../src/commands/main.ts';
import { version } from '../../src/commands/version.ts';

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function parapet(...args: string[]): Promise<Result> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join(''), err: err.join('') };
}

describe('main', () => {
  it('prints the package’s version', async () => {
    expect(await parapet('version')).to.deep.equal({ code: 0, out: `parapet ${version}\n`, err: '' });
  });

  for (const args of [['--help'], ['run', '--help'], ['help', 'run']]) {
    it(`prints help to stdout for ${args.join(' ')}`, async () => {
      const { code, out, err } = await parapet(...args);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.include('Usage: parapet');
    });
  }

  it('tells the exit codes in the help', async () => {
    expect((await parapet('run', '--help')).out).to.include('Exit codes:');
  });

  const wrong = [
    [['run', '--bogus'], "unknown option '--bogus'"],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['run', 'extra'], "too many arguments for 'run'"],
    [['run', '--leader-elect=maybe'], 'write true or false'],
    [['run', '--log-level', 'loud'], 'Allowed choices are error, warn, info, debug'],
    [['run', '--metrics-bind-address', '8080'], 'write host:port'],
    [['run', '--leader-elect-retry-period', 'soon'], 'write a duration'],
    [['run', '--leader-elect-lease-duration=10s'], 'lease-duration must be longer than --leader-elect-renew-deadline'],
    [['run', '--leader-elect-lease-duration=15s500ms'], 'must be whole seconds'],
    [['run', '--leader-elect-renew-deadline=2s400ms'], 'must be longer than 1.2 times --leader-elect-retry-period'],
  ] as const;
  for (const [args, reason] of wrong) {
    it(`answers ${args.join(' ')} with one line on stderr and code 2`, async () => {
      const { code, out, err } = await parapet(...args);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err)
        .to.match(/^parapet: [^\n]+\n$/)
        .and.include(reason);
    });
  }
});

describe('parapet run', function () {
  this.timeout(30_000);
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'parapet-run-'));
  });
  after(() => rm(dir, { recursive: true }));

  /** The whole program, because what keeps a process alive shows only there. */
  function run(kubeconfig: string): Promise<Result> {
    const flags = ['--metrics-bind-address=0', '--health-probe-bind-address=0', '--kubeconfig', kubeconfig];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, ['src/main.ts', 'run', ...flags], (_error, out, err) => {
        resolve({ code: child.exitCode ?? -1, out, err });
      });
    });
  }

  it('ends with one line and code 1 where there is no kubeconfig', async () => {
    const { code, out, err } = await run(join(dir, 'none'));
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(JSON.parse(err)).to.include({ level: 'error', message: 'cannot run' }).and.have.property('reason');
  });

  it('ends with one line and code 1 where the API server can’t be reached', async () => {
    const file = join(dir, 'unreachable');
    const cluster = { name: 'c', cluster: { server: 'http://127.0.0.1:9' } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const users = [{ name: 'u', user: { token: 'secret-token' } }];
    const config = { clusters: [cluster], contexts: [context], users, 'current-context': 'c' };
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
    const { code, err } = await run(file);
    expect(code).to.equal(1);
    expect((JSON.parse(err) as { reason: string }).reason).to.include('ECONNREFUSED');
    expect(err).not.to.include('secret-token');
  });
});
