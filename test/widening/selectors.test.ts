import { expect } from 'chai';
import fc from 'fast-check';
import { matchesSelector } from '../../src/semantics/selector.ts';
import type { LabelSelector } from '../../src/semantics/selector.ts';
import { containsSelector, isSatisfiable, selectsAnyNamespace, selectsAnyPod } from '../../src/widening/selectors.ts';

const KEYS = ['a', 'b', 'c'];
const VALUES = ['1', '2', '3'];

/** All labels over three keys: absent, one of the values a selector may name, or one it can't. */
const universe = KEYS.reduce<readonly Readonly<Record<string, string>>[]>(
  (all, key) =>
    all.flatMap((labels) => [labels, ...[...VALUES, 'unnamed'].map((value) => ({ ...labels, [key]: value }))]),
  [{}],
);

const key = fc.constantFrom(...KEYS);
const values = fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 });
const selectors: fc.Arbitrary<LabelSelector> = fc.record(
  {
    matchLabels: fc.dictionary(key, fc.constantFrom(...VALUES), { maxKeys: 2 }),
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({ key, operator: fc.constantFrom('In' as const, 'NotIn' as const), values }),
        fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
      ),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: [] },
);

describe('containsSelector', () => {
  it('says what trying every set of labels says', () => {
    fc.assert(
      fc.property(selectors, selectors, (outer, inner) => {
        const contained = universe.every((labels) => !matchesSelector(inner, labels) || matchesSelector(outer, labels));
        expect(containsSelector(outer, inner)).to.equal(contained);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes an operator it does not know for one that selects nothing', () => {
    const unknown = { matchExpressions: [{ key: 'a', operator: 'Near' as 'In', values: ['1'] }] };
    expect(containsSelector(unknown, { matchLabels: { a: '1' } })).to.equal(false);
    expect(containsSelector(unknown, {})).to.equal(false);
  });
});

describe('isSatisfiable', () => {
  it('says what trying every set of labels says', () => {
    fc.assert(
      fc.property(selectors, (selector) => {
        expect(isSatisfiable(selector)).to.equal(universe.some((labels) => matchesSelector(selector, labels)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('selectsAnyNamespace', () => {
  const NAME = 'kubernetes.io/metadata.name';
  const cases: readonly [LabelSelector, boolean][] = [
    [{}, true],
    [{ matchExpressions: [{ key: NAME, operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: NAME, operator: 'NotIn', values: ['kube-system'] }] }, true],
    [{ matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] }, true],
    [{ matchLabels: { [NAME]: 'a' } }, false],
    [{ matchExpressions: [{ key: NAME, operator: 'In', values: ['a', 'b'] }] }, false],
    [{ matchLabels: { team: 'a' } }, false],
    [{ matchExpressions: [{ key: 'team', operator: 'Exists' }] }, false],
  ];
  for (const [selector, any] of cases) {
    it(`is ${any} for ${JSON.stringify(selector)}`, () => {
      expect(selectsAnyNamespace(selector)).to.equal(any);
    });
  }
});

describe('selectsAnyPod', () => {
  it('counts what only excludes, and not what asks for a label', () => {
    expect(selectsAnyPod({})).to.equal(true);
    expect(selectsAnyPod({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['a'] }] })).to.equal(true);
    expect(selectsAnyPod({ matchLabels: { app: 'a' } })).to.equal(false);
  });
});
