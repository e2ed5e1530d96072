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
  tampered,
  world,
  writes,
} from './exempt-world.ts';
import { exception, policy, World } from './world.ts';

describe('an exception that overrides', () => {
  const larger = exception('larger', {
    effect: 'Override',
    override: { resourceQuotas: [{ name: 'compute', hard: { pods: 50 } }] },
  });

  it('wins the slot, keeps it against tampering, and lets it go at its end', () => {
    const it = world();
    it.exceptions = [larger];
    expect(slot(it, QUOTA)).to.include({ state: 'Pending', exception: 'larger' });
    it.converge();
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"50"}}}');
    expect(slot(it, QUOTA)).to.include({ state: 'Exempt', reason: 'ExceptionOverride' });
    expect(slot(it, DENY).state).to.equal('OK');
    it.tamper(QUOTA, () => tampered);
    expect(slot(it, QUOTA)).to.include({ state: 'Modified' });
    it.converge();
    it.exceptions = [];
    expect(slot(it, QUOTA)).to.include({ state: 'Pending', reason: 'ExceptionEnded' });
    it.converge();
    expect(pods(it)).to.equal('{"spec":{"hard":{"pods":"10"}}}');
  });

  it('opens a direction, loosening the default-deny before the allow of that direction goes', () => {
    const it = world();
    it.exceptions = [
      exception('out', { effect: 'Override', override: { networkPolicy: { defaultDeny: ['Ingress'] } } }),
    ];
    expect(writes(it)).to.deep.equal([`patch ${DENY}`, `patch ${NEIGHBOURS}`, `delete ${DNS}`]);
    it.converge();
    for (const name of [DENY, NEIGHBOURS, DNS]) expect(slot(it, name)).to.include({ state: 'Exempt' });
    it.exceptions = [];
    expect(writes(it)).to.deep.equal([`create ${DNS}`, `patch ${NEIGHBOURS}`, `patch ${DENY}`]);
  });

  it('grants nothing beyond the ceiling, and says so rather than that all is as the exception wants it', () => {
    const made = world();
    const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
    made.clusterRoles.set('parapet-grantable', { rules: [pods] });
    const rules = [{ ...pods, verbs: ['get', 'delete'] }];
    const subjects = [{ kind: 'Group', name: 'team' }];
    const override = { roles: [{ name: 'viewer', rules, subjects }] };
    made.exceptions = [exception('more', { effect: 'Override', override })];
    expect(writes(made)).to.deep.equal([`delete ${BINDING}`, `delete ${ROLE}`]);
    const blocked = { state: 'Blocked', reason: 'BeyondGrantable' };
    expect(slot(made, ROLE).afterwards).to.include({ ...blocked, exception: 'more' });
    made.converge();
    expect(slot(made, ROLE)).to.include({ ...blocked, exception: 'more' });
    made.exceptions = [];
    expect(writes(made)).to.deep.equal([`create ${ROLE}`, `create ${BINDING}`]);
  });

  it('does not loosen what another policy asks for', () => {
    const it = world(policy('strict', { networkPolicy: { defaultDeny: ['Egress'] } }));
    it.exceptions = [
      exception('out', {
        effect: 'Override',
        policyNames: ['baseline'],
        override: { networkPolicy: { defaultDeny: ['Ingress'] } },
      }),
    ];
    expect(writes(it).filter((write) => write.includes('deny'))).to.deep.equal([]);
    expect(JSON.stringify(it.get(DENY).content)).to.include('"policyTypes":["Egress","Ingress"]');
  });

  it('adds to what is allowed, and takes it away at its end', () => {
    const it = world();
    it.exceptions = [
      exception('api', { effect: 'Override', override: { networkPolicy: { allow: ['KubernetesAPI'] } } }),
    ];
    it.converge();
    expect(it.live.has('NetworkPolicy/parapet-allow-kubernetes-api')).to.equal(true);
    expect(it.live.has(DNS)).to.equal(true);
    it.exceptions = [];
    it.converge();
    expect(it.live.has('NetworkPolicy/parapet-allow-kubernetes-api')).to.equal(false);
  });

  it('writes nothing where none of its policies acts', () => {
    for (const header of [{ suspend: true }, { mode: 'Audit' }]) {
      const it = new World([policy('baseline', { ...baseline, ...header })]);
      it.exceptions = [larger];
      expect(writes(it)).to.deep.equal([]);
    }
  });
});
