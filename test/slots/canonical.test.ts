import { expect } from 'chai';
import { asList, asObject, asSet, canonical } from '../../src/slots/canonical.ts';

describe('canonical', () => {
  it('drops null members and empty lists at any depth', () => {
    expect(canonical({ a: null, b: [], c: { d: [], e: null, f: 0 } })).to.deep.equal({ c: { f: 0 } });
  });

  it('keeps empty objects, but for the maps it is told of', () => {
    expect(canonical({ podSelector: {}, matchLabels: {}, list: [{}] }, ['matchLabels'])).to.deep.equal({
      podSelector: {},
      list: [{}],
    });
  });

  it('sorts keys, so that equal content is equal text', () => {
    expect(JSON.stringify(canonical({ b: { z: 1, a: 2 }, a: 1 }))).to.equal('{"a":1,"b":{"a":2,"z":1}}');
  });

  it('keeps the order of lists', () => {
    expect(canonical({ a: [2, 1, { c: 1, b: null }] })).to.deep.equal({ a: [2, 1, { c: 1 }] });
  });
});

describe('asSet', () => {
  it('sorts strings and has each once; what is no string stays, at the end', () => {
    expect(asSet(['b', 'a', 'b', 1])).to.deep.equal(['a', 'b', 1]);
  });
});

describe('asObject', () => {
  it('is empty for whatever is no object', () => {
    for (const odd of [null, undefined, 1, 'a', [1]]) expect(asObject(odd)).to.deep.equal({});
  });
});

describe('asList', () => {
  it('is empty for whatever is no list', () => {
    for (const odd of [null, undefined, 1, 'a', { length: 1 }]) expect(asList(odd)).to.deep.equal([]);
  });
});
