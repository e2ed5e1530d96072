import { expect } from 'chai';
import { MAX_SLOT_MESSAGE_LENGTH } from '../../src/api/posture.ts';
import { notEffectiveOnNodes } from '../../src/slots/not-effective.ts';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import { platform } from './fold-context.ts';

const cilium: PlatformFacts = { ...platform, cni: { name: 'cilium', ipBlockMatchesNodes: false } };

describe('notEffectiveOnNodes', () => {
  for (const [title, facts, told] of [
    ['where ipBlocks match nodes', { cni: { name: 'cilium', ipBlockMatchesNodes: true } }, false],
    ['where they do not, and nobody tells where nodes are', {}, true],
    ['where the API server is on a node', { nodeCidrs: ['192.0.2.8/29'] }, true],
    ['where the API server is elsewhere', { nodeCidrs: ['10.0.0.0/8', 'fd00::/8'] }, false],
    ['on EKS', { cloud: 'aws' }, false],
    ['on GKE', { cloud: 'gcp' }, false],
    ['on AKS', { cloud: 'azure' }, false],
    ['in no cloud', { cloud: 'none' }, true],
  ] as const satisfies readonly (readonly [string, Partial<PlatformFacts>, boolean])[]) {
    it(`${told ? 'warns' : 'is silent'} ${title}`, () => {
      expect(notEffectiveOnNodes({ ...cilium, ...facts }, '') !== undefined).to.equal(told);
    });
  }

  it('says what to set, what to write instead, and what to tell, within what a report holds', () => {
    const { message = '' } = notEffectiveOnNodes(cilium, 'fromEntities: [kube-apiserver, remote-node]') ?? {};
    expect(message).to.include('policy-cidr-match-mode').and.include('fromEntities: [kube-apiserver, remote-node]');
    expect(message).to.include('--platform').and.have.length.below(MAX_SLOT_MESSAGE_LENGTH);
  });
});
