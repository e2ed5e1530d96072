/** Upper-case letters, a zone, no leap second: what Kubernetes writes, and every reader agrees on. */
export const RFC3339_PATTERN =
  '^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

const WELL_FORMED = new RegExp(RFC3339_PATTERN);
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1440;

/**
 * A time such as `2026-12-31T18:00:00Z` or `2026-12-31T18:00:00.5+01:00`, in milliseconds since 1970, fractions of one
 * cut off; undefined where it is no such time or no day of the calendar.
 */
export function parseRfc3339(text: string): number | undefined {
  if (!WELL_FORMED.test(text)) return undefined;
  const number = (from: number, to: number): number => Number(text.slice(from, to));
  const [year, month, day] = [number(0, 4), number(5, 7), number(8, 10)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const minutes = daysSince1970(year, month, day) * MINUTES_PER_DAY + number(11, 13) * 60 + number(14, 16);
  return (minutes - zoneMinutes(text)) * MS_PER_MINUTE + number(17, 19) * 1000 + fractionMs(text);
}

function fractionMs(text: string): number {
  const [, digits = ''] = /\.(\d+)/.exec(text) ?? [];
  return Number(digits.padEnd(3, '0').slice(0, 3));
}

/** East of Greenwich counts up. */
function zoneMinutes(text: string): number {
  const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})$/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days of the proleptic Gregorian calendar, counted in years that begin in March: the leap day is then the last. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leapDays + ofYear - 719_468;
}
