import { expect } from 'chai';
import { highestPriority } from '../../src/slots/highest-priority.ts';
import { claim } from './fold-context.ts';

const propose = (value: string) => [{ kind: 'Thing', name: 'parapet-x', content: { spec: value } }];

describe('highestPriority', () => {
  for (const [title, claims, winner, losers] of [
    ['lets the higher priority win without a conflict', [claim('a', 'x', 1), claim('b', 'y', 2)], 'b', []],
    ['lets the smaller name win a tie and names the loser', [claim('b', 'y'), claim('a', 'x')], 'a', ['b']],
    ['finds no conflict where both want the same', [claim('b', 'x'), claim('a', 'x')], 'a', []],
    [
      'names every loser of a tie, but nobody below it',
      [claim('c', 'z'), claim('b', 'y'), claim('a', 'x'), claim('d', 'w', 1)],
      'a',
      ['b', 'c'],
    ],
    ['compares names by code unit, not by locale', [claim('a', 'x'), claim('B', 'y')], 'B', ['a']],
  ] as const) {
    it(title, () => {
      const [desired, ...rest] = highestPriority(claims, propose);
      expect(rest).to.deep.equal([]);
      expect(desired?.policies).to.deep.equal([winner]);
      expect(desired?.conflicts).to.deep.equal(losers.map((policy) => ({ policy, winner })));
    });
  }

  it('is empty without claims', () => {
    expect(highestPriority([], propose)).to.deep.equal([]);
  });
});
