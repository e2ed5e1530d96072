/**
 * Compares two resourceVersions: negative when `a` is older, undefined when they can't be compared. They are decimal
 * integers of any length that grow with every write of their resource (KEP-5504); compared as text, since a number
 * would lose digits and a BigInt costs an allocation for each of a million comparisons.
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (!isDecimal(a) || !isDecimal(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** True when `a` is known to be newer than `b`, or the two can't be compared: better looked at twice than not. */
export function isNewer(a: string, b: string): boolean {
  const order = compareVersions(a, b);
  return order === undefined ? a !== b : order > 0;
}

/** The newer of two, `b` when in doubt. */
export function newerOf(a: string, b: string): string {
  return isNewer(b, a) ? b : a;
}

function isDecimal(version: string): boolean {
  return /^[1-9][0-9]*$/.test(version);
}
