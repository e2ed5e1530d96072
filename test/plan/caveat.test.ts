import { expect } from 'chai';
import { platform, policy, World } from './world.ts';

describe('plan, where an object stands and does nothing', () => {
  it('says of an allow that has no effect on this platform that it has none, and that it is as it should be', () => {
    const allow = { networkPolicy: { defaultDeny: ['Egress'], allow: ['KubernetesAPI'] } };
    const world = new World([policy('baseline', allow)]);
    world.platform = { ...platform, cloud: 'none', cni: { name: 'cilium', ipBlockMatchesNodes: false } };
    const told = { state: 'OK', reason: 'NotEffective' };
    const slotOf = () => world.plan().slots.find(({ slot }) => slot === 'NetworkPolicy/parapet-allow-kubernetes-api');
    expect(slotOf()?.afterwards).to.deep.include(told);
    world.converge();
    expect(slotOf()).to.deep.include(told);
    expect(slotOf()?.message).to.include('policy-cidr-match-mode');

    world.policies = [policy('baseline', { ...allow, mode: 'Audit' })];
    expect(world.plan().audits[0]?.slots.find(({ slot }) => slot.includes('kubernetes-api'))).to.deep.include(told);
  });
});
