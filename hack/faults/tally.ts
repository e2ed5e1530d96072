/** How many items there are of each name, in the order of the names. */
export function tally<T>(items: readonly T[], nameOf: (item: T) => string): Readonly<Record<string, number>> {
  const groups = Map.groupBy(items, nameOf);
  const names = [...groups.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, groups.get(name)?.length ?? 0]));
}
