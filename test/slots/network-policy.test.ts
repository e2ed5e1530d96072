import { expect } from 'chai';
import type { NetworkPolicyBlock } from '../../src/slots/network-policy-schema.ts';
import { networkPolicy } from '../../src/slots/network-policy.ts';
import { claim, context, heldDeny, named } from './fold-context.ts';

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
    });
  });

  it('never opens what somebody outside the fold still holds closed', () => {
    const desired = networkPolicy.fold(
      [claim('a', { defaultDeny: ['Ingress'] })],
      context({ held: [heldDeny(['Egress', 'Ingress'], 'frozen')] }),
    );
    expect(named(desired, DENY).content).to.deep.equal({
      spec: { podSelector: {}, policyTypes: ['Egress', 'Ingress'] },
    });
    expect(named(desired, DENY).policies).to.deep.equal(['a', 'frozen']);
  });

  it('does not name a holder who adds nothing', () => {
    const desired = networkPolicy.fold([claim('a', both)], context({ held: [heldDeny(['Ingress'], 'frozen')] }));
    expect(named(desired, DENY).policies).to.deep.equal(['a']);
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

  it('keeps a rule without peers as the user wrote it', () => {
    const written: NetworkPolicyBlock = { policies: [{ name: 'open', spec: { ingress: [{}] } }] };
    const [desired] = networkPolicy.fold([claim('a', written)], context());
    expect(desired?.content).to.deep.equal({ spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] } });
  });
});
