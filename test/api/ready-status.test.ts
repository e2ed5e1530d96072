import { expect } from 'chai';
import { isAnswered, readyStatus } from '../../src/api/ready-status.ts';

const told = (status: unknown, observedGeneration = 2): unknown => ({
  observedGeneration,
  conditions: [
    { type: 'Drifted', status: 'False' },
    { type: 'Ready', status },
  ],
});

describe('readyStatus', () => {
  for (const { title, status, expected } of [
    { title: 'what Ready says of this generation', status: told('True'), expected: 'True' },
    { title: 'nothing where it speaks of an older one', status: told('True', 1), expected: undefined },
    { title: 'nothing where there is no status', status: undefined, expected: undefined },
    {
      title: 'nothing where there is no Ready',
      status: { observedGeneration: 2, conditions: [] },
      expected: undefined,
    },
    {
      title: 'nothing of odd conditions',
      status: { observedGeneration: 2, conditions: [null, 'Ready'] },
      expected: undefined,
    },
    {
      title: 'nothing of conditions that are no list',
      status: { observedGeneration: 2, conditions: {} },
      expected: undefined,
    },
    { title: 'nothing of an odd word', status: told(1), expected: undefined },
  ]) {
    it(`reads ${title}`, () => expect(readyStatus(status, 2)).to.equal(expected));
  }
});

describe('isAnswered', () => {
  for (const [ready, expected] of [
    ['True', true],
    ['False', true],
    ['Unknown', false],
    [undefined, false],
  ] as const) {
    it(`is ${String(expected)} where Ready is ${String(ready)}`, () =>
      expect(isAnswered(told(ready), 2)).to.equal(expected));
  }

  it('is false where the answer is of another generation', () =>
    expect(isAnswered(told('False', 1), 2)).to.equal(false));
});
