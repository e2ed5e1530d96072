import { expect } from 'chai';
import { selects } from '../../src/plan/selection.ts';
import { policy } from './world.ts';

const cases: readonly [title: string, spec: object, name: string, labels: Record<string, string>, expected: boolean][] =
  [
    ['an empty selector selects every namespace', {}, 'team-a', {}, true],
    [
      'a label selector selects by label',
      { namespaceSelector: { matchLabels: { env: 'prod' } } },
      'a',
      { env: 'prod' },
      true,
    ],
    ['a label selector leaves the others', { namespaceSelector: { matchLabels: { env: 'prod' } } }, 'a', {}, false],
    ['includeNames takes globs', { includeNames: ['team-*'] }, 'team-a', {}, true],
    ['includeNames leaves what no glob matches', { includeNames: ['team-*'] }, 'other', {}, false],
    [
      'excludeNames wins over includeNames',
      { includeNames: ['team-*'], excludeNames: ['team-a'] },
      'team-a',
      {},
      false,
    ],
    [
      'selector and includeNames are ANDed',
      { namespaceSelector: { matchLabels: { a: 'b' } }, includeNames: ['x'] },
      'x',
      {},
      false,
    ],
    ['a protected namespace is not selected by the empty selector', {}, 'kube-system', {}, false],
    ['a protected namespace is not selected by a glob', { includeNames: ['kube-*'] }, 'kube-system', {}, false],
    ['a protected namespace is selected by its exact name', { includeNames: ['kube-system'] }, 'kube-system', {}, true],
  ];

describe('selects', () => {
  for (const [title, spec, name, labels, expected] of cases) {
    it(title, () => {
      expect(selects(policy('p', spec as Record<string, unknown>), { name, labels }, ['kube-*'])).to.equal(expected);
    });
  }
});
