import { expect } from 'chai';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import type { Desired } from '../../src/slots/slot-kind.ts';
import { claim, context, heldDeny, named, platform } from './fold-context.ts';

const DENY = 'parapet-default-deny';
const both: NetworkPolicyBlock = { defaultDeny: ['Ingress', 'Egress'] };

describe('networkPolicy: default-deny', () => {
  it('closes a direction that any policy closes, and names those who closed it', () => {
    const desired = networkPolicy.fold(
      [
        claim('a', { defaultDeny: ['Ingress'] }, 500),
        claim('b', { defaultDeny: ['Egress'] }, 0),
        claim('c', { allow: ['DNS'] }),
      ],
      context(),
    );
    expect(named(desired, DENY)).to.deep.equal({
      kind: 'NetworkPolicy',
      name: DENY,
      content: { spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] } },
      policies: ['a', 'b'],
      conflicts: [],
      includesHeld: true,
      besideStrangers: true,
      claimedWhole: true,
    });
  });

  it('never opens what somebody outside the fold still holds closed', () => {
    const desired = networkPolicy.fold(
      [claim('a', { defaultDeny: ['Ingress'] })],
      context({ held: [heldDeny(['Egress', 'Ingress'], 'gone')] }),
    );
    expect(named(desired, DENY).content).to.deep.equal({
      spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
    });
    expect(named(desired, DENY).policies).to.deep.equal(['a', 'gone']);
    expect(named(desired, DENY).claimedWhole).to.equal(false);
  });

  it('does not name a departed holder who adds nothing: others have taken over', () => {
    const desired = networkPolicy.fold([claim('a', both)], context({ held: [heldDeny(['Ingress'], 'gone')] }));
    expect(named(desired, DENY).policies).to.deep.equal(['a']);
  });

  it('goes on naming a frozen holder who adds nothing now: it would once the others stop asking', () => {
    const held = { ...heldDeny(['Ingress'], 'frozen'), frozen: ['frozen'] };
    const desired = named(networkPolicy.fold([claim('a', both)], context({ held: [held] })), DENY);
    expect(desired).to.deep.include({ policies: ['a', 'frozen'], claimedWhole: true });
  });

  it('is not asked for where it is merely held', () => {
    const desired = networkPolicy.fold(
      [claim('a', { allow: ['DNS'] })],
      context({ held: [heldDeny(['Egress'], 'frozen')] }),
    );
    expect(desired.map(({ name }) => name)).to.deep.equal(['parapet-allow-dns']);
  });
});

describe('networkPolicy: policies', () => {
  const spec = (label: string) => ({ podSelector: { matchLabels: { app: label } } });
  const block = (label: string): NetworkPolicyBlock => ({ policies: [{ name: 'web', spec: spec(label) }] });

  it('gives a name to the highest priority as a whole', () => {
    const desired = networkPolicy.fold([claim('a', block('x'), 100), claim('b', block('y'), 200)], context());
    expect(desired).to.deep.equal([
      {
        kind: 'NetworkPolicy',
        name: 'parapet-policy-web',
        content: { spec: { ...spec('y'), policyTypes: ['Ingress'] } },
        policies: ['b'],
        conflicts: [],
      },
    ]);
  });

  it('names the loser of a tie', () => {
    const [desired] = networkPolicy.fold([claim('b', block('y')), claim('a', block('x'))], context());
    expect([desired?.policies, desired?.conflicts]).to.deep.equal([['a'], [{ policy: 'b', winner: 'a' }]]);
  });

  it('keeps an ingress rule without peers as the user wrote it', () => {
    const written: NetworkPolicyBlock = { policies: [{ name: 'open', spec: { ingress: [{}] } }] };
    const [desired] = networkPolicy.fold([claim('a', written)], context());
    expect(desired?.content).to.deep.equal({ spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] } });
  });

  it('keeps cloud metadata closed in an egress rule without peers', () => {
    const written: NetworkPolicyBlock = { policies: [{ name: 'open', spec: { egress: [{}] } }] };
    const desired = networkPolicy.fold([claim('a', written)], context());
    const peers = firstEgressPeers(named(desired, 'parapet-policy-open'));
    expect(peers.map(({ ipBlock }) => ipBlock.cidr)).to.deep.equal(['0.0.0.0/0', '::/0']);
    expect(peers[0]?.ipBlock.except).to.include('169.254.169.254/32');
    expect(peers[1]?.ipBlock.except).to.include('fd00:ec2::254/128');
  });

  it('takes everywhere to hold all pods under Cilium, whose ipBlocks hold none', () => {
    const facts: PlatformFacts = { ...platform, cni: { name: 'cilium', ipBlockMatchesNodes: true } };
    const written: NetworkPolicyBlock = { policies: [{ name: 'open', spec: { egress: [{}] } }] };
    const desired = networkPolicy.fold([claim('a', written)], context({ platform: facts }));
    expect(firstEgressPeers(named(desired, 'parapet-policy-open')))
      .to.deep.include({ namespaceSelector: {} })
      .and.have.length(3);
  });

  it('isolates as written where a rule for nothing but metadata is left out', () => {
    const to = [{ ipBlock: { cidr: '169.254.169.254/32' } }];
    const [desired] = networkPolicy.fold(
      [claim('a', { policies: [{ name: 'm', spec: { egress: [{ to }] } }] })],
      context(),
    );
    expect(desired?.content).to.deep.equal({ spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] } });
  });
});

/** Whom the first egress rule lets pods reach. */
function firstEgressPeers({ content }: Desired): readonly IpPeer[] {
  const { spec }: Readonly<Record<string, unknown>> = content;
  return (spec as { readonly egress: readonly { readonly to: readonly IpPeer[] }[] }).egress[0]?.to ?? [];
}

interface IpPeer {
  readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] };
}
