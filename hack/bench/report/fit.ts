export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `y = factor · x^exponent`, and the standard error of the exponent: what scatter there is; NaN of two points. */
export interface PowerLaw {
  readonly factor: number;
  readonly exponent: number;
  readonly error: number;
}

/** Least squares in logarithms over the points above zero; undefined of fewer than two different x. */
export function powerLaw(points: readonly Point[]): PowerLaw | undefined {
  const logs = points.filter(({ x, y }) => x > 0 && y > 0).map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))];
  const spread = sum(logs.map(({ x }) => (x - meanX) ** 2));
  if (logs.length < 2 || spread === 0) return undefined;
  const exponent = sum(logs.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
  const residuals = sum(logs.map(({ x, y }) => (y - meanY - exponent * (x - meanX)) ** 2));
  const error = logs.length === 2 ? Number.NaN : Math.sqrt(residuals / (logs.length - 2) / spread);
  return { factor: Math.exp(meanY - exponent * meanX), exponent, error };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
