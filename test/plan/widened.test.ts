import { expect } from 'chai';
import { dueSlots } from '../../src/plan/order.ts';
import type { Json, KubeObject } from '../../src/slots/kube-object.ts';
import { deny, everyone, found, networkPolicy, toDatabase, world } from './tenant.ts';
import { policy, World } from './world.ts';

const OPEN = 'NetworkPolicy/open';

describe("A tenant's NetworkPolicy", () => {
  const baseline = policy('baseline', deny);

  it('that opens what is closed is Widened: what it opens, who manages it, what to do', () => {
    const made = world([baseline], networkPolicy('open', everyone));
    expect(found(made, OPEN)).to.deep.include({
      state: 'Widened',
      reason: 'OpensToEveryone',
      message: 'ingress rule 1 is open to every peer; managed by kubectl: narrow it or remove it',
      policies: ['baseline'],
      uid: '',
      actor: 'kubectl',
    });
  });

  it('is never written, whatever it opens', () => {
    const made = world([baseline], networkPolicy('open', everyone), networkPolicy('parapet-open', everyone));
    expect(dueSlots(made.plan())).to.deep.equal([]);
    made.converge();
    expect(dueSlots(made.plan())).to.deep.equal([]);
    expect(found(made, OPEN)).to.include({ state: 'Widened' });
  });

  it('that opens a direction nobody closes is nobody’s business', () => {
    const onlyEgress = policy('baseline', { networkPolicy: { defaultDeny: ['Egress'] } });
    expect(found(world([onlyEgress], networkPolicy('open', everyone)), OPEN)).to.equal(undefined);
    expect(found(world([], networkPolicy('open', everyone)), OPEN)).to.equal(undefined);
  });

  const disguises: readonly [title: string, metadata: Partial<KubeObject['metadata']>][] = [
    ['under a name of ours', {}],
    ['with our label', { labels: { 'parapet.dev/slot': 'parapet-mine' } }],
    [
      'that says a suspended policy holds it',
      { labels: { 'parapet.dev/slot': 'parapet-mine' }, annotations: { 'parapet.dev/policies': 'asleep' } },
    ],
    [
      'that says a departed policy left it',
      { labels: { 'parapet.dev/slot': 'parapet-mine' }, annotations: { 'parapet.dev/policies': 'gone' } },
    ],
  ];
  for (const [title, metadata] of disguises) {
    it(`hides nothing ${title}`, () => {
      const asleep = policy('asleep', { suspend: true, ...deny });
      const made = world([baseline, asleep], networkPolicy('parapet-mine', everyone, metadata));
      for (let round = 0; round < 3; round += 1) {
        expect(found(made, 'NetworkPolicy/parapet-mine'), `round ${round}`).to.include({ state: 'Widened', uid: '' });
        made.converge();
      }
      expect(made.live.has('NetworkPolicy/parapet-mine')).to.equal(true);
    });
  }

  for (const holder of ['ghost', 'trial']) {
    it(`that says it is ours and held by ${holder} is judged by what it becomes, too`, () => {
      const made = world([baseline, policy('trial', { mode: 'Audit', ...deny })]);
      const metadata = {
        name: 'parapet-policy-x',
        labels: { 'parapet.dev/slot': 'parapet-policy-x' },
        annotations: { 'parapet.dev/policies': holder },
      };
      made.put({ ...networkPolicy('parapet-policy-x', toDatabase), metadata }, 'kubectl');
      made.converge();
      made.tamper('NetworkPolicy/parapet-policy-x', () => ({ content: { spec: everyone } }));
      made.converge();
      expect(found(made, 'NetworkPolicy/parapet-policy-x')).to.include({ state: 'Widened', uid: '' });
    });
  }

  it('that we wrote and left behind stays ours, however much it opens', () => {
    const wide = policy('wide', { networkPolicy: { policies: [{ name: 'web', spec: everyone }] } });
    const made = world([baseline, wide]);
    made.policies = [baseline];
    expect(found(made, 'NetworkPolicy/parapet-policy-web')).to.include({ state: 'Orphaned' });
    expect(found(made, 'NetworkPolicy/parapet-policy-web')?.uid).not.to.equal('');
  });

  it('on a name of ours stays Foreign, and it is told what it opens', () => {
    const made = new World([baseline]);
    made.put(networkPolicy('parapet-allow-dns', everyone), 'kubectl');
    made.converge();
    const foreign = found(made, 'NetworkPolicy/parapet-allow-dns');
    expect(foreign).to.include({ state: 'Foreign', reason: 'NotOurs' });
    expect(foreign?.message).to.contain('it also opens what is closed: ingress rule 1 is open to every peer');
    expect(made.plan().slots.filter(({ slot }) => slot === 'NetworkPolicy/parapet-allow-dns')).to.have.length(1);
  });

  it('that replaced one of ours is repaired, not told of', () => {
    const made = world([baseline]);
    made.live.delete('NetworkPolicy/parapet-allow-dns');
    made.put(networkPolicy('parapet-allow-dns', everyone), 'kubectl');
    expect(found(made, 'NetworkPolicy/parapet-allow-dns')).to.include({ state: 'Replaced' });
  });

  it('that replaced one of ours while its policy slept is still known as that', () => {
    const made = world([baseline, policy('asleep', { networkPolicy: { policies: [{ name: 'web', spec: {} }] } })]);
    const uid = made.get('NetworkPolicy/parapet-policy-web').uid;
    made.policies = [
      baseline,
      policy('asleep', { suspend: true, networkPolicy: { policies: [{ name: 'web', spec: {} }] } }),
    ];
    made.live.delete('NetworkPolicy/parapet-policy-web');
    made.put(networkPolicy('parapet-policy-web', everyone), 'kubectl');
    for (let round = 0; round < 3; round += 1) {
      const replaced = found(made, 'NetworkPolicy/parapet-policy-web');
      expect(replaced, `round ${round}`).to.include({ state: 'Replaced', uid });
      expect(replaced?.message).to.contain('it also opens what is closed');
      made.converge();
    }
  });

  it('that is asked for is no widening', () => {
    const wide = policy('wide', { networkPolicy: { policies: [{ name: 'web', spec: everyone }] } });
    expect(found(world([baseline, wide]), 'NetworkPolicy/parapet-policy-web')).to.include({ state: 'OK' });
  });

  it('is told of by a policy that reports, as its own', () => {
    const watching = policy('watching', { mode: 'Audit', ...deny });
    const made = world([watching], networkPolicy('open', everyone));
    const [audit] = made.plan().audits;
    expect(audit?.slots.find(({ slot }) => slot === OPEN)).to.include({ state: 'Widened' });
    expect(found(made, OPEN)).to.equal(undefined);
  });

  it('in a namespace on its way out wakes nobody', () => {
    const made = world([baseline], networkPolicy('open', everyone));
    made.terminating = true;
    expect(found(made, OPEN)).to.equal(undefined);
  });

  const bounds: readonly [title: string, widening: Json | undefined, spec: Json, reason: string | undefined][] = [
    ['Broad is the default', undefined, everyone, 'OpensToEveryone'],
    ['Broad lets a database pass', { networkPolicies: 'Broad' }, toDatabase, undefined],
    ['Any does not', { networkPolicies: 'Any' }, toDatabase, 'OpensMore'],
    ['Any tells what is broad as broad', { networkPolicies: 'Any' }, everyone, 'OpensToEveryone'],
    [
      'Any lets pass what is allowed anyway',
      { networkPolicies: 'Any' },
      { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }], ports: [{ port: 80 }] }] },
      undefined,
    ],
    ['Ignore lets everything pass', { networkPolicies: 'Ignore' }, everyone, undefined],
    ['a bound for RoleBindings is none for these', { roleBindings: 'Ignore' }, everyone, 'OpensToEveryone'],
  ];
  for (const [title, widening, spec, reason] of bounds) {
    it(title, () => {
      const bounded = policy('baseline', { ...deny, ...(widening === undefined ? {} : { widening }) });
      expect(found(world([bounded], networkPolicy('open', spec)), OPEN)?.reason).to.equal(reason);
    });
  }

  it('counts for those that mind: the strictest of the policies that close the direction decides', () => {
    const strict = policy('strict', { ...deny, widening: { networkPolicies: 'Any' } });
    const lax = policy('lax', { ...deny, widening: { networkPolicies: 'Ignore' } });
    const elsewhere = policy('elsewhere', {
      networkPolicy: { defaultDeny: ['Ingress'] },
      widening: { networkPolicies: 'Any' },
    });
    const made = world(
      [baseline, strict, lax, elsewhere],
      networkPolicy('database', toDatabase),
      networkPolicy('open', everyone),
    );
    expect(found(made, 'NetworkPolicy/database')).to.deep.include({ reason: 'OpensMore', policies: ['strict'] });
    expect(found(made, OPEN)).to.deep.include({ policies: ['baseline', 'elsewhere', 'strict'] });
  });

  it('is minded by those alone that close the direction it opens', () => {
    const directions = ['Egress', 'Ingress'].map((each) =>
      policy(each.toLowerCase(), { networkPolicy: { defaultDeny: [each] } }),
    );
    const made = world(directions, networkPolicy('open', everyone));
    expect(found(made, OPEN)).to.deep.include({ policies: ['ingress'] });
  });

  it('is not hidden by hundreds of objects that merely compete', () => {
    const limits = Array.from({ length: 100 }, (_, index) => ({
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: `a${index}` },
      spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] },
    }));
    const limited = policy('limited', {
      ...deny,
      limitRange: { limits: [{ type: 'Container', default: { cpu: 1 } }] },
    });
    const made = world([limited], ...limits, networkPolicy('zz', everyone));
    expect(found(made, 'NetworkPolicy/zz')).to.include({ state: 'Widened' });
    expect(made.plan().slots.filter(({ state }) => state === 'Competing').length).to.be.within(1, 31);
  });
});
