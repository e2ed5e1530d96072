import { expect } from 'chai';
import {
  BINDING,
  DENY,
  DNS,
  NEIGHBOURS,
  QUOTA,
  ROLE,
  baseline,
  pods,
  slot,
  squat,
  tampered,
  world,
  writes,
} from './exempt-world.ts';
import { exception, policy, World } from './world.ts';

describe('an exception that ignores', () => {
  const ignoring = exception('free', { effect: 'Ignore', slots: [QUOTA] });

  it('leaves the slot as it is found, whoever changes it, and keeps everything else', () => {
    const it = world();
    it.exceptions = [ignoring];
    it.tamper(QUOTA, () => tampered);
    it.tamper(DENY, () => ({ content: {} }));
    expect(writes(it)).to.deep.equal([`patch ${DENY}`]);
    expect(slot(it, QUOTA)).to.include({ state: 'Exempt', reason: 'ExceptionIgnore', exception: 'free' });
    expect(slot(it, QUOTA).message).to.equal(
      'left as it is found until 2030-01-31T18:00:00Z by exception free of shop',
    );
  });

  it('creates nothing and repairs no deletion', () => {
    const fresh = new World([policy('baseline', baseline)]);
    fresh.exceptions = [ignoring];
    fresh.converge();
    expect(fresh.live.has(QUOTA)).to.equal(false);
    const it = world();
    it.exceptions = [ignoring];
    it.live.delete(QUOTA);
    expect(writes(it)).to.deep.equal([]);
    expect(slot(it, QUOTA).state).to.equal('Exempt');
  });

  it('is no drift once it has ended, but what comes back', () => {
    const it = world();
    it.exceptions = [ignoring];
    it.tamper(QUOTA, () => tampered);
    it.converge();
    it.exceptions = [];
    expect(slot(it, QUOTA)).to.include({ state: 'Pending', reason: 'ExceptionEnded', exception: 'free' });
    it.converge();
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"10"}}}');
    expect(slot(it, QUOTA)).to.not.have.property('exception');
    it.tamper(QUOTA, () => tampered);
    expect(slot(it, QUOTA).state).to.equal('Modified');
  });

  it('does not make a stranger of whoever squats the name meanwhile', () => {
    const it = world();
    it.exceptions = [ignoring];
    it.live.delete(QUOTA);
    squat(it, 'ResourceQuota', 'parapet-compute');
    it.converge();
    expect(slot(it, QUOTA).state).to.equal('Exempt');
    it.exceptions = [];
    expect(slot(it, QUOTA).state).to.equal('Replaced');
    it.converge();
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"10"}}}');
  });

  it('leaves a stranger’s object alone as before, and calls it foreign again afterwards', () => {
    const it = new World([policy('baseline', baseline)]);
    squat(it, 'ResourceQuota', 'parapet-compute');
    it.exceptions = [ignoring];
    it.converge();
    expect(slot(it, QUOTA)).to.include({ state: 'Exempt', uid: '' });
    it.exceptions = [];
    expect(slot(it, QUOTA).state).to.equal('Foreign');
  });

  it('keeps a direction closed that another policy closes', () => {
    const it = world(policy('strict', { networkPolicy: { defaultDeny: ['Ingress'] } }));
    it.exceptions = [exception('free', { effect: 'Ignore', slots: ['NetworkPolicy/*'], policyNames: ['baseline'] })];
    it.tamper(DENY, ({ content }) => ({
      content: { spec: { ...(content['spec'] as object), policyTypes: ['Egress'] } },
    }));
    it.converge();
    expect(JSON.stringify(it.get(DENY).content)).to.include('"policyTypes":["Egress","Ingress"]');
    expect(slot(it, DENY).state).to.equal('Exempt');
  });

  it('leaves the binding of an ignored Role as it is too', () => {
    const it = world();
    it.exceptions = [exception('free', { effect: 'Ignore', slots: ['Role/*'] })];
    it.live.delete(ROLE);
    it.live.delete(BINDING);
    expect(writes(it)).to.deep.equal([]);
    expect(slot(it, BINDING)).to.include({ state: 'Exempt', exception: 'free' });
  });
});

describe('an exception that removes', () => {
  it('takes the default-deny first, its allows after it, and brings them back the other way round', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove', slots: ['NetworkPolicy/*'] })];
    const removals = writes(it);
    expect(removals[0]).to.equal(`delete ${DENY}`);
    expect(removals.slice(1).toSorted()).to.deep.equal([`delete ${DNS}`, `delete ${NEIGHBOURS}`]);
    it.converge();
    expect(it.live.has(DENY)).to.equal(false);
    expect(slot(it, DENY)).to.include({ state: 'Exempt', reason: 'ExceptionRemove', exception: 'open' });
    it.exceptions = [];
    expect(slot(it, DENY)).to.include({ state: 'Pending', reason: 'ExceptionEnded' });
    expect(writes(it)).to.deep.equal([`create ${DNS}`, `create ${NEIGHBOURS}`, `create ${DENY}`]);
  });

  it('takes the allows with a default-deny, since by themselves they isolate', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove', slots: [DENY] })];
    it.converge();
    expect([...it.live.keys()].filter((name) => name.startsWith('NetworkPolicy'))).to.deep.equal([]);
    for (const name of [DENY, DNS, NEIGHBOURS]) expect(slot(it, name)).to.include({ state: 'Exempt' });
  });

  it('takes the binding with the Role, and before it', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove', slots: [ROLE] })];
    expect(writes(it)).to.deep.equal([`delete ${BINDING}`, `delete ${ROLE}`]);
    it.converge();
    it.exceptions = [];
    expect(writes(it)).to.deep.equal([`create ${ROLE}`, `create ${BINDING}`]);
  });

  it('leaves what somebody puts in its place, and replaces it afterwards', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove', slots: [QUOTA] })];
    it.converge();
    squat(it, 'ResourceQuota', 'parapet-compute');
    expect(writes(it)).to.deep.equal([]);
    it.converge();
    it.exceptions = [];
    expect(slot(it, QUOTA).state).to.equal('Replaced');
  });

  it('never removes what was never ours', () => {
    const it = new World([policy('baseline', baseline)]);
    squat(it, 'ResourceQuota', 'parapet-compute');
    it.exceptions = [exception('open', { effect: 'Remove' })];
    expect(writes(it)).to.deep.equal([]);
  });

  it('from several policies by several exceptions takes what all of them ask for', () => {
    const it = world(policy('strict', { networkPolicy: { defaultDeny: ['Ingress'] } }));
    it.exceptions = ['baseline', 'strict'].map((name) =>
      exception(`from-${name}`, { effect: 'Remove', policyNames: [name], slots: [DENY] }),
    );
    it.converge();
    expect(it.live.has(DENY)).to.equal(false);
  });

  it('of one policy leaves what another asks for', () => {
    const it = world(
      policy('strict', {
        priority: 50,
        networkPolicy: { defaultDeny: ['Ingress'] },
        resourceQuotas: [{ name: 'compute', hard: { pods: 5 } }],
      }),
    );
    it.exceptions = [exception('open', { effect: 'Remove', policyNames: ['baseline'] })];
    it.converge();
    expect(JSON.stringify(it.get(DENY).content)).to.include('"policyTypes":["Ingress"]');
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"5"}}}');
    expect(slot(it, QUOTA)).to.include({ state: 'Exempt' });
    expect(slot(it, QUOTA).policies).to.deep.equal(['baseline', 'strict']);
  });
});

describe('an exception and a policy that is suspended', () => {
  for (const effect of ['Ignore', 'Remove'] as const) {
    it(`${effect} writes nothing meanwhile`, () => {
      const it = world();
      it.policies = [policy('baseline', { ...baseline, suspend: true })];
      it.exceptions = [exception('open', { effect })];
      expect(writes(it)).to.deep.equal([]);
    });
  }

  it('keeps what was removed known until the policy acts again after the end', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove', slots: [QUOTA] })];
    it.converge();
    it.policies = [policy('baseline', { ...baseline, suspend: true })];
    it.converge();
    expect(slot(it, QUOTA).state).to.equal('Exempt');
    it.exceptions = [];
    it.converge();
    expect(writes(it)).to.deep.equal([]);
    it.policies = [policy('baseline', baseline)];
    expect(slot(it, QUOTA)).to.include({ state: 'Pending', reason: 'ExceptionEnded' });
  });
});
