import { expect } from 'chai';
import { BINDING, DENY, NEIGHBOURS, QUOTA, ROLE, baseline, pods, slot, world, writes } from './exempt-world.ts';
import { exception, policy, World } from './world.ts';

describe('an exception', () => {
  it('covers what it opens: somebody’s own opening there is no finding', () => {
    const opening = { spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] } };
    const it = world();
    it.put({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'open' }, ...opening }, 'me');
    expect(slot(it, 'NetworkPolicy/open').state).to.equal('Widened');
    it.exceptions = [exception('open', { effect: 'Remove', slots: [DENY] })];
    it.converge();
    expect(it.plan().slots.map((each) => each.slot)).to.not.include('NetworkPolicy/open');
  });

  it('keeps the record of a slot that somebody squats to open the namespace', () => {
    const opening = { spec: { podSelector: {}, ingress: [{}], policyTypes: ['Ingress'] } };
    const it = world(policy('other', { networkPolicy: { defaultDeny: ['Ingress'] } }));
    it.exceptions = [exception('open', { effect: 'Remove', slots: [NEIGHBOURS] })];
    it.converge();
    const metadata = { name: 'parapet-allow-same-namespace' };
    it.put({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, ...opening }, 'me');
    it.converge();
    it.exceptions = [];
    expect(slot(it, NEIGHBOURS).state).to.equal('Replaced');
  });

  it('makes no drift of what an Audit policy would find there', () => {
    const it = new World([policy('watcher', { ...baseline, mode: 'Audit' })]);
    it.exceptions = [exception('free', { effect: 'Ignore', slots: [QUOTA] })];
    const [audit] = it.plan().audits;
    expect(audit?.slots.find((each) => each.slot === QUOTA)).to.include({ state: 'Exempt', exception: 'free' });
    expect(audit?.slots.find((each) => each.slot === DENY)).to.include({ state: 'Missing' });
  });

  it('reaches a protected namespace only by its exact name', () => {
    const it = world();
    const snapshot = it.snapshot();
    const place = {
      ...snapshot,
      protectedNamespaces: ['team-*'],
      policies: [policy('baseline', { ...baseline, includeNames: ['team-a'] })],
    };
    expect(reached(place, { namespaceSelector: {} })).to.equal(0);
    expect(reached(place, { includeNames: ['team-*'] })).to.equal(0);
    expect(reached(place, { includeNames: ['team-a'] })).to.be.above(0);
  });

  it('tells how many slots it covers, and that it covers none', () => {
    const it = world();
    it.exceptions = [
      exception('quota', { effect: 'Ignore', slots: ['ResourceQuota/*'] }),
      exception('elsewhere', { effect: 'Remove', policyNames: ['gone'] }),
      exception('network', { effect: 'Remove', slots: [DENY] }),
    ];
    expect(it.plan().exemptions).to.deep.equal([
      { exception: 'elsewhere', slots: 0 },
      { exception: 'network', slots: 3 },
      { exception: 'quota', slots: 1 },
    ]);
    it.terminating = true;
    expect(it.plan().exemptions).to.deep.equal([]);
  });

  it('does not decide otherwise once it has changed who holds a slot', () => {
    const made = [policy('a', baseline), policy('c', { networkPolicy: { defaultDeny: ['Ingress'] } })];
    const it = new World(made);
    it.converge();
    const roles = [{ name: 'viewer', clusterRole: 'view', subjects: [{ kind: 'Group', name: 'team' }] }];
    it.exceptions = [
      exception('x', { effect: 'Override', policyNames: ['c'], override: { roles } }),
      exception('y', { effect: 'Remove', policyNames: ['a'] }),
    ];
    it.converge();
    expect(slot(it, BINDING)).to.include({ state: 'Exempt', exception: 'y' });
    it.converge();
    expect(writes(it)).to.deep.equal([]);
    expect(slot(it, BINDING)).to.include({ state: 'Exempt', exception: 'y' });
  });

  it('that keeps more of a slot decides, and of equals the one with the smaller name', () => {
    const override = (name: string, count: number) =>
      exception(name, {
        effect: 'Override',
        override: { resourceQuotas: [{ name: 'compute', hard: { pods: count } }] },
      });
    const it = world();
    it.exceptions = [
      exception('a', { effect: 'Remove' }),
      exception('b', { effect: 'Ignore', slots: [DENY, QUOTA] }),
      override('d', 20),
      override('c', 30),
    ];
    it.converge();
    expect(slot(it, QUOTA)).to.include({ exception: 'c' });
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"30"}}}');
    expect(slot(it, DENY)).to.include({ exception: 'b' });
    expect(slot(it, ROLE)).to.include({ exception: 'a' });
  });
});

function reached(snapshot: ReturnType<World['snapshot']>, selection: object): number {
  const world = new World([]);
  world.snapshot = () => ({ ...snapshot, exceptions: [exceptionOf(selection)] });
  return world.plan().exemptions.reduce((sum, { slots }) => sum + slots, 0);
}

function exceptionOf(selection: object): ReturnType<typeof exception> {
  return exception('free', { effect: 'Ignore', ...selection });
}
