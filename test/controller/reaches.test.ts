import { expect } from 'chai';
import { Reaches } from '../../src/controller/reaches.ts';

const FIRST = new Map([['a', 1]]);

describe('Reaches', () => {
  it('names an exception only where something else is known of it', () => {
    const reaches = new Reaches();
    expect(reaches.remember('shop', [{ exception: 'a', slots: 2 }], FIRST)).to.deep.equal(['a']);
    expect(reaches.remember('shop', [{ exception: 'a', slots: 2 }], FIRST)).to.deep.equal([]);
    expect(reaches.remember('shop', [{ exception: 'a', slots: 3 }], FIRST)).to.deep.equal(['a']);
    expect(reaches.remember('shop', [{ exception: 'a', slots: 3 }], new Map([['a', 2]]))).to.deep.equal(['a']);
    expect(reaches.remember('shop', [], FIRST)).to.deep.equal(['a']);
    expect(reaches.remember('shop', [], FIRST)).to.deep.equal([]);
    expect([...reaches.of('a')]).to.deep.equal([]);
  });

  it('knows namespaces in which an exception covers nothing, which have been looked at all the same', () => {
    const reaches = new Reaches();
    reaches.remember('shop', [{ exception: 'a', slots: 0 }], FIRST);
    expect([...reaches.of('a')]).to.deep.equal([['shop', { slots: 0, generation: 1 }]]);
    expect(reaches.reached('shop', 'a')).to.equal(true);
    expect(reaches.reached('other', 'a')).to.equal(false);
  });

  it('forgets an exception in every namespace', () => {
    const reaches = new Reaches();
    for (const namespace of ['shop', 'other']) reaches.remember(namespace, [{ exception: 'a', slots: 1 }], FIRST);
    reaches.forgetException('a');
    expect([...reaches.of('a')]).to.deep.equal([]);
    expect(reaches.reached('shop', 'a')).to.equal(false);
  });
});
