/** A logarithmic axis: from its ends in values to its ends in pixels. */
export interface LogScale {
  readonly from: number;
  readonly to: number;
  at(value: number): number;
}

/** An axis over whole decades or halves of them around the values: 1, 2 and 5 times a power of ten begin and end it. */
export function logScale(values: readonly number[], fromPixel: number, toPixel: number): LogScale {
  const from = roundDown(Math.min(...values));
  const to = roundUp(Math.max(...values));
  const span = Math.log(to / from);
  return {
    from,
    to,
    at: (value) => fromPixel + (span === 0 ? 0.5 : Math.log(value / from) / span) * (toPixel - fromPixel),
  };
}

/** 1, 2 and 5 times each power of ten on the axis; only the powers where that would be too many. */
export function ticks({ from, to }: Pick<LogScale, 'from' | 'to'>): readonly number[] {
  const first = Math.floor(Math.log10(from));
  const decades = Array.from({ length: Math.ceil(Math.log10(to)) - first + 1 }, (_, index) => first + index);
  const steps = decades.length > 4 ? [1] : [1, 2, 5];
  return decades
    .flatMap((decade) => steps.map((step) => power(step, decade)))
    .filter((value) => value >= from * 0.999 && value <= to * 1.001);
}

function roundDown(value: number): number {
  const decade = Math.floor(Math.log10(value));
  return power([5, 2].find((step) => power(step, decade) <= value) ?? 1, decade);
}

function roundUp(value: number): number {
  const decade = Math.floor(Math.log10(value));
  return power([1, 2, 5].find((step) => power(step, decade) >= value) ?? 10, decade);
}

/** Without the noise that multiplying by 10 ** -2 leaves. */
function power(step: number, decade: number): number {
  return Number(`${step}e${decade}`);
}
