import { expect } from 'chai';
import fc from 'fast-check';
import { claimsWithin } from '../../src/slots/field-claims.ts';
import { contentOf, filterLeaves, leavesOf } from '../../src/slots/leaves.ts';

const keys = fc.constantFrom('a', 'b', 'c/d', 'e~f', '');
const values = fc.oneof(fc.string(), fc.boolean(), fc.constant([1, 2]));
const contents = fc.letrec((tie) => ({
  content: fc.dictionary(keys, fc.oneof({ depthSize: 'small' }, values, tie('content')), {
    minKeys: 1,
    noNullPrototype: true,
  }),
})).content as fc.Arbitrary<Readonly<Record<string, never>>>;

describe('leavesOf', () => {
  it('names each value by its JSON pointer', () => {
    const content = { metadata: { labels: { 'a/b': 'x', c: 'y' } }, list: [1] };
    expect(leavesOf(content)).to.deep.equal({ '/metadata/labels/a~1b': 'x', '/metadata/labels/c': 'y', '/list': [1] });
  });

  it('is undone by contentOf', () => {
    fc.assert(
      fc.property(contents, (content) => {
        expect(contentOf(leavesOf(content))).to.deep.equal(content);
      }),
    );
  });
});

describe('filterLeaves', () => {
  it('keeps what matches', () => {
    expect(filterLeaves({ '/a': 1, '/b': 2 }, (pointer, value) => pointer === '/a' || value === 1)).to.deep.equal({
      '/a': 1,
    });
  });
});

describe('claimsWithin', () => {
  const labels = (...names: readonly string[]) => ({
    'f:metadata': { 'f:labels': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
  });

  it('keeps who claims one of the fields, and of his claims only these', () => {
    const entries = [
      { manager: 'helm', fieldsV1: labels('a', 'b') },
      { manager: 'tenant', fieldsV1: labels('b') },
      { manager: 'controller', subresource: 'status', fieldsV1: labels('a') },
    ];
    expect(claimsWithin(entries, ['/metadata/labels/a'])).to.deep.equal([{ manager: 'helm', fieldsV1: labels('a') }]);
  });
});
