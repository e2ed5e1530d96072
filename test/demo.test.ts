import { execFile } from 'node:child_process';
import { expect } from 'chai';

const root = new URL('..', import.meta.url).pathname;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo to its end. */
function demo(env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return node(['hack/demo.ts'], { KEEP: '', KUBECONFIG_DEMO: '', ...env });
}

function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const options = { cwd: root, env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('make demo', function () {
  this.timeout(120_000);

  it('shows each step as it was observed, and ends with code 0', async () => {
    const { code, stdout, stderr } = await demo();
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const [story = '', summary = ''] = stdout.split('What was observed');
    expect(story).to.match(/system:serviceaccount:parapet-system:parapet$/m);
    expect(story).to.match(/^ +\/spec\/ingress +\(absent\) +\[\{\}\] +kubectl-patch$/m);
    expect(story).to.match(/^ +NetworkPolicy\/parapet-default-deny +\(the object\) +\(absent\) +unknown$/m);
    expect(story).to.match(/^ +\/spec\/hard\/pods +"100" +"5k" +kubectl-patch$/m);
    expect(story).to.match(/^ +baseline +True +Enforce +2\/2 +0 +0 /m);
    expect(summary.match(/repaired after [\d.]+ ms/g)).to.have.length(3);
    expect(summary).to.match(
      /A way out for a while +left as it was raised for [\d.]+ ms, and put back [\d.]+ ms after/,
    );
    expect(summary).to.match(/A new namespace +closed [\d.]+ ms and whole [\d.]+ ms after its creation/);
    expect(story).to.match(/^ +NetworkPolicy\/parapet-default-deny: was there before .*Helm \(demo-legacy\/legacy\)/m);
    expect(story).to.match(/^ +NetworkPolicy\/allow-all: /m);
    expect(story).to.match(/^ +~ ResourceQuota\/parapet-compute \(size-small\)$/m);
    expect(summary).not.to.include('✘');
    // Colours are for terminals.
    expect(stdout).not.to.include('\u001B[');
  });

  it('runs as well on the bundle that the image holds', async () => {
    expect((await node(['hack/bundle.ts'])).code).to.equal(0);
    const { code, stdout } = await demo({ PARAPET: 'dist/parapet.mjs' });
    expect(code).to.equal(0);
    expect(stdout).not.to.include('✘');
  });

  it('says which step failed, and ends with code 1', async () => {
    const { code, stdout, stderr } = await demo({ KUBECONFIG_DEMO: '/nowhere' });
    expect(code).to.equal(1);
    expect(stdout).to.match(/✘ +A real control plane +FAILED: .*\/nowhere/);
    expect(stdout).to.match(/✘ +A new namespace +not reached/);
    expect(stderr).to.match(/^the demo failed: /m);
  });
});
