import { expect } from 'chai';
import { parseDuration, spelledDuration } from '../../src/semantics/duration.ts';

describe('spelledDuration', () => {
  it('spells days before hours', () => expect(spelledDuration(129_600_000)).to.equal('1d12h'));
});

describe('parseDuration', () => {
  for (const [text, seconds] of [
    ['90d', 90 * 86_400],
    ['36h', 36 * 3600],
    ['1h30m', 5400],
    ['1d1s', 86_401],
    ['0s', 0],
    ['1s500ms', 1.5],
  ] as const) {
    it(`reads ${text}, and spells it so`, () => {
      expect(parseDuration(text)).to.equal(seconds * 1000);
      expect(parseDuration(spelledDuration(seconds * 1000))).to.equal(seconds * 1000);
    });
  }

  for (const text of ['', '90', 'd', '1m1h', '1.5h', '-1h', '10 d', '1w', '9999999d', '5ms1s']) {
    it(`refuses "${text}"`, () => expect(parseDuration(text)).to.equal(undefined));
  }
});
