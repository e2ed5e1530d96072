interface Named {
  readonly name: string;
}

/**
 * How a block of an exception is laid over those of the policies it covers, where the slot kind doesn't say: lists by
 * the `name` of their items, anything else member by member.
 * @param blocks the strongest policy's first, at least one
 */
export function laidOver(blocks: readonly unknown[], override: unknown): readonly unknown[] {
  if (Array.isArray(override)) return laidOverByName(blocks as readonly (readonly Named[])[], override as Named[]);
  return blocks.map((block) => ({ ...(block as object), ...(override as object) }));
}

/** Items with a name that is there take its place, in every list that has it; new ones go to the end of the first. */
export function laidOverByName<Item extends Named>(
  lists: readonly (readonly Item[])[],
  items: readonly Item[],
): readonly (readonly Item[])[] {
  const winners = new Map(items.map((item) => [item.name, item]));
  const known = new Set(lists.flat().map(({ name }) => name));
  const added = items.filter(({ name }) => !known.has(name));
  return lists.map((list, index) => [
    ...list.map((item) => winners.get(item.name) ?? item),
    ...(index === 0 ? added : []),
  ]);
}
