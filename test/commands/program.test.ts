import { expect } from 'chai';
import { createProgram } from '../../src/commands/program.ts';
import { leaseTimings } from '../../src/commands/run-command.ts';
import type { RunFlags } from '../../src/commands/run-command.ts';
import { LEASE_TIMINGS } from '../../src/kube/lease-timings.ts';

async function flagsOf(...args: string[]): Promise<RunFlags> {
  const seen: RunFlags[] = [];
  const run = (flags: RunFlags): Promise<void> => {
    seen.push(flags);
    return Promise.resolve();
  };
  await createProgram({ run, print: () => {} }).parseAsync(['run', ...args], { from: 'user' });
  const [flags] = seen;
  if (flags === undefined) throw new Error('run was not called');
  return flags;
}

describe('createProgram', () => {
  it('runs with defaults that keep metrics on loopback and elect a leader', async () => {
    expect(await flagsOf()).to.deep.include({
      metricsBindAddress: '127.0.0.1:8080',
      healthProbeBindAddress: ':8081',
      leaderElect: true,
      leaderElectionNamespace: 'parapet-system',
      concurrency: 16,
      logLevel: 'info',
      logFormat: 'json',
    });
  });

  it('protects the namespaces of the cluster’s machinery by default', async () => {
    expect((await flagsOf()).protectedNamespaces.join(',')).to.equal(
      'kube-*,openshift-*,gke-*,gmp-*,calico-*,tigera-*,cilium*,istio-system,cert-manager,argocd,flux-system,' +
        'gatekeeper-system,kyverno',
    );
  });

  const elections = [
    [['--leader-elect'], true],
    [['--leader-elect=true'], true],
    [['--leader-elect=false'], false],
    [['--no-leader-elect'], false],
  ] as const;
  for (const [args, expected] of elections) {
    it(`takes ${args.join(' ')}`, async () => expect((await flagsOf(...args)).leaderElect).to.equal(expected));
  }

  it('keeps the Lease as client-go does, unless told otherwise', async () => {
    expect(leaseTimings(await flagsOf())).to.deep.equal(LEASE_TIMINGS);
    const args = ['lease-duration=2s', 'renew-deadline=1s200ms', 'retry-period=300ms'].map(
      (a) => `--leader-elect-${a}`,
    );
    expect(leaseTimings(await flagsOf(...args))).to.deep.equal({ leaseMs: 2_000, renewMs: 1_200, retryMs: 300 });
  });

  it('reads lists and addresses', async () => {
    const flags = await flagsOf(
      '--protected-namespaces',
      'a,b-*',
      '--dns',
      '10.0.0.10',
      '--cloud',
      'gcp',
      '--node-cidrs',
      '10.0.0.0/16',
    );
    expect(flags.protectedNamespaces).to.deep.equal(['a', 'b-*']);
    expect(flags.dns).to.deep.equal({ peers: [{ cidr: '10.0.0.10/32' }], ports: [53] });
    expect(flags).to.deep.include({ cloud: 'gcp', nodeCidrs: ['10.0.0.0/16'] });
  });
});
