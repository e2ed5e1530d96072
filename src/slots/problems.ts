import type { Problem } from './slot-kind.ts';

/** List members that share the value by which they are told apart. `path` is where the list stands. */
export function duplicateProblems<Key extends string>(
  items: readonly Readonly<Record<Key, string>>[],
  key: Key,
  path: string,
): readonly Problem[] {
  const first = new Map<string, number>();
  return items.flatMap((item, index) => {
    const earlier = first.get(item[key]);
    if (earlier === undefined) first.set(item[key], index);
    if (earlier === undefined) return [];
    return [{ path: `${path}[${index}].${key}`, message: `"${item[key]}" is already at [${earlier}]` }];
  });
}
