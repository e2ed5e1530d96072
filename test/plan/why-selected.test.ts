import { expect } from 'chai';
import fc from 'fast-check';
import { selects } from '../../src/plan/selection.ts';
import { whySelected } from '../../src/plan/why-selected.ts';
import { policy } from './world.ts';

const cases: readonly (readonly [spec: object, labels: Record<string, string>, told: readonly string[]])[] = [
  [{}, {}, ['namespaceSelector {} selects every namespace']],
  [{ namespaceSelector: { matchLabels: { env: 'prod' } } }, { env: 'prod' }, ['label env=prod']],
  [{ namespaceSelector: { matchLabels: { env: 'prod' } } }, { env: 'dev' }, ['wants label env=prod, it is dev']],
  [{ namespaceSelector: { matchLabels: { env: 'prod' } } }, {}, ['wants label env=prod, it is absent']],
  [
    { namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'In', values: ['a', 'b'] }] } },
    { env: '' },
    ['wants label env In (a, b), it is empty'],
  ],
  [
    { namespaceSelector: { matchExpressions: [{ key: 'env', operator: 'DoesNotExist' }] }, includeNames: ['team-*'] },
    {},
    ['includeNames team-*', 'label env DoesNotExist'],
  ],
  [{ includeNames: ['other', 'x-*'] }, {}, ['no includeNames matches (other, x-*)']],
  [{ excludeNames: ['team-?'] }, {}, ['excludeNames team-?']],
];

describe('whySelected', () => {
  for (const [spec, labels, told] of cases) {
    it(`tells "${told.join('; ')}"`, () => {
      const found = whySelected(policy('p', spec as Record<string, unknown>), { name: 'team-a', labels }, ['kube-*']);
      expect(found).to.deep.equal(told);
    });
  }

  it('tells that a protected namespace wants its exact name', () => {
    const kube = { name: 'kube-system', labels: {} };
    expect(whySelected(policy('p', { includeNames: ['kube-*'] }), kube, ['kube-*'])).to.deep.equal([
      'protected: only an exact includeNames selects it',
    ]);
    expect(whySelected(policy('p', { includeNames: ['kube-system'] }), kube, ['kube-*'])[0]).to.equal(
      'named exactly, though protected',
    );
  });

  it('says the same as selects', () => {
    const values = fc.constantFrom('a', 'b');
    const requirement = fc.oneof(
      fc.record({ key: values, operator: fc.constantFrom('In', 'NotIn'), values: fc.tuple(values) }),
      fc.record({ key: values, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
    );
    const globs = fc.uniqueArray(fc.constantFrom('*', 'team-*', 'team-a', 'kube-*', 'kube-system'), { minLength: 1 });
    const spec = fc.record(
      {
        namespaceSelector: fc.record(
          { matchLabels: fc.dictionary(values, values), matchExpressions: fc.array(requirement, { maxLength: 2 }) },
          { requiredKeys: [] },
        ),
        includeNames: globs,
        excludeNames: globs,
      },
      { requiredKeys: ['namespaceSelector'] },
    );
    const names = fc.constantFrom('team-a', 'kube-system', 'other');
    fc.assert(
      fc.property(spec, names, fc.dictionary(values, values), (each, name, labels) => {
        const asked = policy('p', each);
        const told = whySelected(asked, { name, labels }, ['kube-*']);
        const fails = told.some((line) => /^(wants|no includeNames|excludeNames|protected)/.test(line));
        expect(told).not.to.deep.equal([]);
        expect(fails).to.equal(!selects(asked, { name, labels }, ['kube-*']));
      }),
      { numRuns: 500 },
    );
  });
});
