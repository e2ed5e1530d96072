import { expect } from 'chai';
import fc from 'fast-check';
import { parseRfc3339 } from '../../src/semantics/rfc3339.ts';

describe('parseRfc3339', () => {
  it('agrees with the platform on every moment of four-digit years, whatever the zone', () => {
    const moments = fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z') });
    const zones = fc.tuple(fc.constantFrom('+', '-'), fc.nat({ max: 23 }), fc.nat({ max: 59 }));
    fc.assert(
      fc.property(moments, zones, (moment, [sign, hours, minutes]) => {
        fc.pre(!Number.isNaN(moment.getTime()));
        const text = moment.toISOString();
        const zone = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        for (const spelled of [text, text.replace('Z', zone), text.replace(/\.\d+/, '')]) {
          expect(parseRfc3339(spelled), spelled).to.equal(Date.parse(spelled));
        }
      }),
    );
  });

  for (const [text, why] of [
    ['2026-02-29T00:00:00Z', 'no such day in that year'],
    ['1900-02-29T00:00:00Z', 'a century is no leap year'],
    ['2026-13-01T00:00:00Z', 'no such month'],
    ['2026-00-01T00:00:00Z', 'no such month'],
    ['2026-04-31T00:00:00Z', 'no such day in that month'],
    ['2026-01-01T24:00:00Z', 'the day ends at 23:59:59'],
    ['2026-01-01T00:00:60Z', 'a leap second'],
    ['2026-01-01T00:00:00', 'no zone'],
    ['2026-01-01 00:00:00Z', 'no T'],
    ['2026-01-01t00:00:00z', 'lower case'],
    ['2026-01-01', 'a day only'],
    ['', 'nothing'],
  ] as const) {
    it(`refuses "${text}": ${why}`, () => expect(parseRfc3339(text)).to.equal(undefined));
  }

  it('knows the 29th of February of a year of 400', () => {
    expect(parseRfc3339('2000-02-29T12:00:00Z')).to.equal(Date.UTC(2000, 1, 29, 12));
  });
});
