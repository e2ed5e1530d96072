import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { InputError } from '../../src/commands/input-error.ts';
import { platformOf, toldAssumptions } from '../../src/commands/known-platform.ts';
import { readPlatformFile } from '../../src/commands/platform-file.ts';
import { toldPlatform } from '../../src/commands/platform-flags.ts';
import { policy } from '../plan/world.ts';
import { createWorkspace } from './support/workspace.ts';
import type { Workspace } from './support/workspace.ts';

const guide = readFileSync(new URL('../../docs/platforms.md', import.meta.url), 'utf8');

describe('readPlatformFile', () => {
  let files: Workspace;
  before(async () => {
    files = await createWorkspace();
  });
  after(() => files.remove());

  async function read(text: string): Promise<unknown> {
    await files.write({ 'platform.yaml': text });
    return readPlatformFile(files.path('platform.yaml'));
  }

  it('reads the file of the guide', async () => {
    const [, text = ''] = /```yaml\n(# platform\.yaml\n[\s\S]*?)```/.exec(guide) ?? [];
    expect(await read(text)).to.deep.equal({
      dns: {
        peers: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }, { cidr: '10.96.0.10/32' }],
        ports: [53],
      },
      apiServer: { service: [{ ip: '10.96.0.1', port: 443 }], endpoints: [{ ip: '192.168.1.10', port: 6443 }] },
      nodeCidrs: ['192.168.1.0/24'],
      cloud: 'none',
      cni: { name: 'calico', ipBlockMatchesNodes: true },
    });
  });

  it('tells nothing of what the file lacks', async () => {
    expect(await read('cloud: aws\n')).to.deep.equal({ cloud: 'aws' });
  });

  for (const [what, text, told] of [
    ['a cloud nobody knows', 'cloud: moon', 'cloud: '],
    ['a fact nobody knows', 'region: eu', 'region: '],
    ['nodes that are no list', 'nodeCidrs: 10.0.0.0/8', 'nodeCidrs: '],
    ['nodes that are no network', 'nodeCidrs: [10.0.0.0]', '"10.0.0.0" is not a network'],
    ['a DNS peer that is no network', 'dns: {peers: [{cidr: here}], ports: [53]}', '"here" is not a network'],
    ['a DNS without ports', 'dns: {peers: [{cidr: 10.0.0.1/32}], ports: []}', 'dns.ports: '],
    ['a CNI without its one trait', 'cni: {name: cilium}', 'cni'],
    ['text', 'hello', 'must be object'],
  ] as const) {
    it(`names file and field of ${what}`, async () => {
      const error = await read(text).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(InputError);
      expect(String(error)).to.include(files.path('platform.yaml')).and.include(told);
    });
  }

  it('counts less than the flags', async () => {
    await files.write({ 'platform.yaml': 'cloud: aws\nnodeCidrs: [10.0.0.0/8]\n' });
    const told = await toldPlatform({ platform: files.path('platform.yaml'), cloud: 'gcp' });
    expect(told).to.deep.equal({ cloud: 'gcp', nodeCidrs: ['10.0.0.0/8'] });
  });
});

describe('toldAssumptions', () => {
  const asking = (...allow: readonly string[]) => [
    policy('a', { networkPolicy: { defaultDeny: ['Ingress', 'Egress'], allow } }),
  ];

  it('speaks of nodes and cloud only where a policy needs them', async () => {
    const known = await platformOf({});
    expect(toldAssumptions(known, [])).to.have.length(2);
    const lines = toldAssumptions(known, asking('APIServerWebhooks', 'CloudIdentity'));
    expect(lines).to.have.length(4);
    expect(lines.join('\n')).to.include('--node-cidrs').and.include('--cloud');
  });

  it('says nothing of what is told', async () => {
    const known = await platformOf({ cloud: 'aws', nodeCidrs: ['10.0.0.0/8'] });
    expect(toldAssumptions(known, asking('APIServerWebhooks', 'CloudIdentity'))).to.have.length(2);
  });
});
