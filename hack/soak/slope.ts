/** A straight line through samples. */
export interface Slope {
  /** Per unit of x. */
  readonly slope: number;
  /** Half the width of its 95 % interval: two standard errors, widened for samples that resemble their neighbours. */
  readonly margin: number;
}

/** What a goal of "at most so much" comes to, given how sure the slope is. */
export type Finding = 'met' | 'undecided' | 'missed';

/** Least squares. Memory at one moment resembles memory a moment before: so many samples tell less than they seem to. */
export function linearFit(points: readonly (readonly [x: number, y: number])[]): Slope {
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  if (points.length < 3 || spread === 0) return { slope: Number.NaN, margin: Number.POSITIVE_INFINITY };
  const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  const residuals = points.map(([x, y]) => y - meanY - slope * (x - meanX));
  const variance = sum(residuals.map((r) => r * r)) / (points.length - 2);
  return { slope, margin: 2 * Math.sqrt((variance / spread) * inflation(residuals)) };
}

export function finding({ slope, margin }: Slope, atMost: number): Finding {
  if (slope + margin <= atMost) return 'met';
  return slope - margin > atMost ? 'missed' : 'undecided';
}

/** By how much the variance of a slope grows where each residual takes after the one before: (1 + r) / (1 - r). */
function inflation(residuals: readonly number[]): number {
  const total = sum(residuals.map((r) => r * r));
  if (total === 0) return 1;
  const products = residuals.slice(1).map((r, index) => r * (residuals[index] ?? 0));
  const likeness = Math.min(0.99, Math.max(0, sum(products) / total));
  return (1 + likeness) / (1 - likeness);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
