/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`): the rules of k8s.io/apimachinery/pkg/api/resource, on BigInt.
 *
 * Go writes some inputs back as they came (`+1`, `01`) and prints others in a canonical form; both are reproduced,
 * since a desired value must be compared with what the API server answers, to the letter.
 */
export interface Quantity {
  /** The value is `unscaled` times ten to the power of `exponent`. */
  readonly unscaled: bigint;
  readonly exponent: number;
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
  /** The input, where Go keeps it unchanged. */
  readonly text?: string;
}

/** Go's `Nano`: nothing smaller is representable, what is smaller is rounded away from zero. */
const SMALLEST_EXPONENT = -9;
/** Quotas and limit ranges are rounded up to this on their way in (SetDefaults_ResourceList). */
const MILLI = -3;
/** BinarySI values are capped at the largest int64. */
const BINARY_MAX = 2n ** 63n - 1n;
/** No real quantity comes near; it keeps hostile exponents from costing memory. */
const EXPONENT_LIMIT = 400;

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

type Exact = Pick<Quantity, 'unscaled' | 'exponent'>;

interface Unit {
  readonly format: Quantity['format'];
  readonly base: 2 | 10;
  readonly exponent: number;
}

interface Digits {
  readonly negative: boolean;
  /** Before the point, without leading zeros, at least `0`. */
  readonly whole: string;
  readonly fraction: string;
}

/** Parses as Go's ParseQuantity does. Undefined where Go answers an error, and for exponents beyond ±400. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[+-]?[0-9]*)$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  const unit = unitOf(suffix);
  if (unit === undefined) return undefined;
  return assemble({ negative: sign === '-', whole: whole.replace(/^0+/, '') || '0', fraction }, unit, text);
}

/** What the API server answers for this input: `1024Mi` is `1Gi`. Undefined when it isn't a quantity. */
export function canonicalQuantity(value: string | number): string | undefined {
  const quantity = parseQuantity(String(value).trim());
  return quantity === undefined ? undefined : formatQuantity(quantity);
}

/** The same for the resource lists of quotas and limit ranges, which are rounded up to thousandths. */
export function canonicalResourceAmount(value: string | number): string | undefined {
  const quantity = parseQuantity(String(value).trim());
  if (quantity === undefined) return undefined;
  if (quantity.exponent >= MILLI) return formatQuantity(quantity);
  return formatQuantity({ ...roundedUp(quantity, MILLI), format: quantity.format });
}

/** Negative, zero or positive, as a sort function answers. Undefined when either is not a quantity. */
export function compareQuantities(left: string | number, right: string | number): number | undefined {
  const a = parseQuantity(String(left).trim());
  const b = parseQuantity(String(right).trim());
  if (a === undefined || b === undefined) return undefined;
  return compareExact(a, b);
}

/** The sum, printed as the first of them is written. What is not a quantity counts for nothing. */
export function sumQuantities(values: readonly (string | number)[]): string {
  const quantities = values.flatMap((value) => parseQuantity(String(value).trim()) ?? []);
  const exponent = Math.min(0, ...quantities.map((quantity) => quantity.exponent));
  const unscaled = quantities.reduce((sum, quantity) => sum + scaledTo(quantity, exponent), 0n);
  return formatQuantity({ unscaled, exponent, format: quantities[0]?.format ?? 'DecimalSI' });
}

/** How `factor` times `base` compares with `product`, as a sort function answers. Undefined when one is no quantity. */
export function compareProduct(
  factor: string | number,
  base: string | number,
  product: string | number,
): number | undefined {
  const [a, b, c] = [factor, base, product].map((value) => parseQuantity(String(value).trim()));
  if (a === undefined || b === undefined || c === undefined) return undefined;
  return compareExact({ unscaled: a.unscaled * b.unscaled, exponent: a.exponent + b.exponent }, c);
}

/** Whether it is a whole number, which is all that counted resources (pods, services) take. */
export function isWholeQuantity(value: string | number): boolean {
  const quantity = parseQuantity(String(value).trim());
  if (quantity === undefined) return false;
  return quantity.exponent >= 0 || quantity.unscaled % 10n ** BigInt(-quantity.exponent) === 0n;
}

function unitOf(suffix: string): Unit | undefined {
  const decimal = DECIMAL_EXPONENTS[suffix];
  if (decimal !== undefined) return { format: 'DecimalSI', base: 10, exponent: decimal };
  const binary = BINARY_SUFFIXES.findIndex((known) => known !== '' && known === suffix);
  if (binary > 0) return { format: 'BinarySI', base: 2, exponent: binary * 10 };
  if (!/^[eE][+-]?[0-9]+$/.test(suffix)) return undefined;
  const exponent = Number(suffix.slice(1));
  return Math.abs(exponent) > EXPONENT_LIMIT ? undefined : { format: 'DecimalExponent', base: 10, exponent };
}

function assemble(digits: Digits, unit: Unit, text: string): Quantity {
  const exact = {
    unscaled: BigInt(digits.whole + digits.fraction) * (unit.base === 2 ? 2n ** BigInt(unit.exponent) : 1n),
    exponent: (unit.base === 10 ? unit.exponent : 0) - digits.fraction.length,
  };
  const rounded = exact.exponent < SMALLEST_EXPONENT ? roundedUp(exact, SMALLEST_EXPONENT) : exact;
  const { unscaled, exponent, format } =
    unit.format === 'BinarySI' ? binaryBounded(rounded) : { ...rounded, format: unit.format };
  const quantity = { unscaled: digits.negative ? -unscaled : unscaled, exponent, format };
  return keepsText(digits, unit) ? { ...quantity, text } : quantity;
}

/** Caps a positive BinarySI value; fractions below one change family, as Go decides before it restores the sign. */
function binaryBounded(value: Exact): Quantity {
  const one = 10n ** BigInt(-value.exponent);
  if (value.unscaled > BINARY_MAX * one) return { unscaled: BINARY_MAX, exponent: 0, format: 'BinarySI' };
  const fraction = value.unscaled > 0n && value.unscaled < one;
  return { ...value, format: fraction ? 'DecimalSI' : 'BinarySI' };
}

/** Go's fast path keeps the input unless it sees that the canonical form could be shorter. */
function keepsText(digits: Digits, unit: Unit): boolean {
  const shifted = digits.whole + digits.fraction;
  if (unit.format === 'BinarySI') {
    const room = 14 - digits.whole.length - Math.trunc((unit.exponent * 3) / 10);
    return digits.fraction === '' && room >= 0 && BigInt(digits.whole) % 8n !== 0n;
  }
  const exponent = unit.exponent - digits.fraction.length;
  if (shifted.length > 18 || exponent < SMALLEST_EXPONENT) return false;
  return exponent % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
}

function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.unscaled === 0n) return '0';
  return (quantity.format === 'BinarySI' ? formatBinary(quantity) : undefined) ?? formatDecimal(quantity);
}

/** Undefined where binary suffixes would lose precision, or the value is small enough to be read without one. */
function formatBinary(quantity: Quantity): string | undefined {
  const one = 10n ** BigInt(-quantity.exponent);
  const whole = quantity.unscaled / one;
  if (whole * one !== quantity.unscaled || (whole > -1024n && whole < 1024n)) return undefined;
  const [mantissa, times] = withoutFactors(whole, 1024n);
  return `${mantissa}${BINARY_SUFFIXES[times] ?? ''}`;
}

function formatDecimal(quantity: Quantity): string {
  const [reduced, times] = withoutFactors(quantity.unscaled, 10n);
  const exponent = quantity.exponent + times;
  const shift = ((exponent % 3) + 3) % 3;
  const mantissa = reduced * 10n ** BigInt(shift);
  return `${mantissa}${decimalSuffix(exponent - shift, quantity.format)}`;
}

/** Beyond `E` Go has no suffix and prints none. */
function decimalSuffix(exponent: number, format: Quantity['format']): string {
  if (format === 'DecimalExponent') return exponent === 0 ? '' : `e${exponent}`;
  return Object.keys(DECIMAL_EXPONENTS).find((suffix) => DECIMAL_EXPONENTS[suffix] === exponent) ?? '';
}

function roundedUp(value: Exact, exponent: number): Exact {
  const divisor = 10n ** BigInt(exponent - value.exponent);
  const towardsZero = value.unscaled / divisor;
  const away = value.unscaled < 0n ? -1n : 1n;
  return { unscaled: towardsZero * divisor === value.unscaled ? towardsZero : towardsZero + away, exponent };
}

function withoutFactors(value: bigint, factor: bigint): readonly [bigint, number] {
  let times = 0;
  let rest = value;
  for (; rest !== 0n && rest % factor === 0n; times++) rest /= factor;
  return [rest, times];
}

function compareExact(a: Exact, b: Exact): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = scaledTo(a, exponent) - scaledTo(b, exponent);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

function scaledTo(quantity: Exact, exponent: number): bigint {
  return quantity.unscaled * 10n ** BigInt(quantity.exponent - exponent);
}
