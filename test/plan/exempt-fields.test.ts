import { expect } from 'chai';
import { slot, writes } from './exempt-world.ts';
import { exception, policy, World } from './world.ts';

const SLOT = 'ServiceAccount/default';
const AUTOMOUNT = '/automountServiceAccountToken';
const asking = { defaultServiceAccount: { automountServiceAccountToken: false } };

/** A world at rest under a policy that asks for the field, in which it was otherwise before. */
function world(...others: ReturnType<typeof policy>[]): World {
  const made = new World([policy('baseline', asking), ...others]);
  made.setFields(SLOT, { [AUTOMOUNT]: true }, 'helm');
  made.converge();
  return made;
}

function automount(of: World): unknown {
  return of.shared.get(SLOT)?.content['automountServiceAccountToken'];
}

describe('an exception from fields of an object that isn’t ours', () => {
  it('that removes puts back what stood there, and never deletes the object', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Remove' })];
    expect(writes(it)).to.deep.equal([`apply ${SLOT}`]);
    it.converge();
    expect(automount(it)).to.equal(true);
    expect(slot(it, SLOT)).to.include({ state: 'Exempt', reason: 'ExceptionRemove' });
    expect(writes(it)).to.deep.equal([]);
    it.exceptions = [];
    expect(slot(it, SLOT)).to.include({ state: 'Pending', reason: 'ExceptionEnded' });
    it.converge();
    expect(automount(it)).to.equal(false);
  });

  it('that removes takes the field away where nothing stood there', () => {
    const it = new World([policy('baseline', asking)]);
    it.converge();
    it.exceptions = [exception('open', { effect: 'Remove' })];
    it.converge();
    expect(automount(it)).to.equal(undefined);
    it.exceptions = [];
    it.converge();
    expect(automount(it)).to.equal(false);
  });

  it('still knows, after it, what stood there before Parapet', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Ignore' })];
    it.converge();
    it.exceptions = [];
    it.converge();
    expect(slot(it, SLOT).before).to.deep.equal({ [AUTOMOUNT]: true });
  });

  it('that ignores leaves the field to whoever changes it', () => {
    const it = world();
    it.exceptions = [exception('open', { effect: 'Ignore', slots: ['ServiceAccount/*'] })];
    it.setFields(SLOT, { [AUTOMOUNT]: true }, 'tenant');
    expect(writes(it)).to.deep.equal([]);
    expect(slot(it, SLOT).state).to.equal('Exempt');
    it.converge();
    it.exceptions = [];
    expect(slot(it, SLOT)).to.include({ state: 'Pending', reason: 'ExceptionEnded' });
  });

  it('of one policy changes nothing where another asks for the same', () => {
    const it = world(policy('strict', asking));
    it.exceptions = [exception('open', { effect: 'Remove', policyNames: ['baseline'] })];
    it.converge();
    expect(automount(it)).to.equal(false);
  });
});
