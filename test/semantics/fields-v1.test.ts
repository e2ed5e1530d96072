import { expect } from 'chai';
import { claims, fieldsTree } from '../../src/semantics/fields-v1.ts';

const tree = {
  'f:metadata': { 'f:labels': { '.': {}, 'f:a/b': {}, 'f:team': {} } },
  'f:spec': { 'f:ports': { 'k:{"port":80}': {} } },
  'f:data': {},
};

describe('claims', () => {
  const cases: readonly (readonly [path: string, claimed: boolean])[] = [
    ['metadata labels a/b', true],
    ['metadata labels team', true],
    ['metadata labels other', false],
    ['metadata annotations x', false],
    ['metadata', true],
    ['spec ports 0', true],
    ['data any thing', true],
    ['status', false],
  ];
  for (const [path, claimed] of cases) {
    it(`${claimed ? 'reaches' : 'does not reach'} ${path}`, () => {
      expect(claims(tree, path.split(' '))).to.equal(claimed);
    });
  }

  it('reaches nothing in what is no tree', () => {
    for (const odd of [undefined, null, 'x', []]) expect(claims(odd, ['a'])).to.equal(false);
  });
});

describe('fieldsTree', () => {
  it('claims the paths it is made of, and nothing beside them', () => {
    const made = fieldsTree([['metadata', 'labels', 'a/b'], ['metadata', 'labels', 'team'], ['spec']]);
    expect(made).to.deep.equal({ 'f:metadata': { 'f:labels': { 'f:a/b': {}, 'f:team': {} } }, 'f:spec': {} });
    expect(claims(made, ['metadata', 'labels', 'team'])).to.equal(true);
    expect(claims(made, ['metadata', 'labels', 'other'])).to.equal(false);
  });
});
