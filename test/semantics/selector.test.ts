import { expect } from 'chai';
import fc from 'fast-check';
import { matchesSelector, selectorProblems } from '../../src/semantics/selector.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../src/semantics/selector.ts';

const keys = fc.constantFrom('app', 'tier', 'team', 'constructor');
const values = fc.constantFrom('a', 'b', '');
const labels = fc.dictionary(keys, values, { noNullPrototype: true });

const requirements: fc.Arbitrary<LabelSelectorRequirement> = fc.oneof(
  fc.record({
    key: keys,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.array(values, { minLength: 1 }),
  }),
  fc.record({ key: keys, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
);
const selectors: fc.Arbitrary<LabelSelector> = fc.record(
  { matchLabels: labels, matchExpressions: fc.array(requirements, { maxLength: 3 }) },
  { requiredKeys: [] },
);

/** The definition in the API reference, word for word. */
function expected(selector: LabelSelector, given: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {}).map(([key, value]): LabelSelectorRequirement => ({
    key,
    operator: 'In',
    values: [value],
  }));
  return [...pairs, ...(selector.matchExpressions ?? [])].every(({ key, operator, values: allowed = [] }) => {
    const found = Object.entries(given).filter(([name]) => name === key);
    const listed = found.some(([, value]) => allowed.includes(value));
    return { In: listed, NotIn: !listed, Exists: found.length > 0, DoesNotExist: found.length === 0 }[operator];
  });
}

describe('matchesSelector', () => {
  it('agrees with the definition on every selector and every set of labels', () => {
    fc.assert(
      fc.property(selectors, labels, (selector, given) => {
        expect(matchesSelector(selector, given)).to.equal(expected(selector, given));
      }),
      { numRuns: 2000 },
    );
  });

  for (const { title, selector, given, matches } of [
    { title: 'an empty selector matches everything', selector: {}, given: {}, matches: true },
    {
      title: 'In needs the key',
      selector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x'] }] },
      given: {},
      matches: false,
    },
    {
      title: 'NotIn holds where the key is missing',
      selector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['x'] }] },
      given: {},
      matches: true,
    },
    {
      title: 'DoesNotExist holds where the key is missing',
      selector: { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
      given: {},
      matches: true,
    },
    {
      title: 'Exists holds for an empty value',
      selector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
      given: { a: '' },
      matches: true,
    },
    {
      title: 'both parts must hold',
      selector: { matchLabels: { a: 'x' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] },
      given: { a: 'x' },
      matches: false,
    },
    {
      title: 'an inherited property is no label',
      selector: { matchExpressions: [{ key: 'toString', operator: 'Exists' }] },
      given: {},
      matches: false,
    },
  ] as const) {
    it(title, () => {
      expect(matchesSelector(selector, given)).to.equal(matches);
    });
  }
});

describe('selectorProblems', () => {
  it('finds nothing in a valid selector', () => {
    const selector: LabelSelector = {
      matchLabels: { 'example.com/team': 'a', empty: '' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold', 'silver'] }],
    };
    expect(selectorProblems(selector)).to.deep.equal([]);
  });

  for (const [path, selector] of [
    ['matchLabels[a b]', { matchLabels: { 'a b': 'x' } }],
    ['matchLabels[team]', { matchLabels: { team: 'a/b' } }],
    ['matchLabels[Example.com/team]', { matchLabels: { 'Example.com/team': 'a' } }],
    ['matchExpressions[0].key', { matchExpressions: [{ key: '', operator: 'Exists' }] }],
    ['matchExpressions[0].values', { matchExpressions: [{ key: 'a', operator: 'In' }] }],
    ['matchExpressions[0].values', { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [] }] }],
    ['matchExpressions[0].values', { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }],
    ['matchExpressions[0].values[1]', { matchExpressions: [{ key: 'a', operator: 'In', values: ['x', '-y'] }] }],
  ] as const) {
    it(`names ${path} in ${JSON.stringify(selector)}`, () => {
      expect(selectorProblems(selector).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }
});
