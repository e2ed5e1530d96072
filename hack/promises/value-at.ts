/**
 * The number at a dotted path: a list counts by its length, an object by the sum of the numbers in it; a `*` in the last
 * part takes every member that fits. Undefined where nothing is there.
 */
export function valueAt(json: unknown, path: string): number | undefined {
  const [head = '', ...rest] = path.split('.');
  if (typeof json !== 'object' || json === null) return undefined;
  const members = Object.entries(json).filter(([name]) => fits(name, head));
  if (rest.length > 0) return members[0] === undefined ? undefined : valueAt(members[0][1], rest.join('.'));
  const numbers = members.map(([, value]) => numberOf(value)).filter((value) => value !== undefined);
  return numbers.length === 0 ? undefined : sum(numbers);
}

/** Whether a text is what a pattern says, in which a `*` stands for any text. */
export function fits(text: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object' || value === null) return undefined;
  return sum(Object.values(value).filter((member) => typeof member === 'number'));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
