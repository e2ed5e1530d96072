import type { TSchema } from 'typebox';
import type { Problem } from '../slots/slot-kind.ts';

interface Shape {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly items?: TSchema;
}

/**
 * Members that a structural schema does not know: the API server refuses them, or drops them without a word. `root` is
 * the path of the value itself.
 */
export function unknownFields(schema: TSchema, value: unknown, root: string): readonly Problem[] {
  const { properties, items } = schema as Shape;
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, index) => unknownFields(items, item, `${root}[${index}]`));
  }
  if (properties === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const path = `${root}.${name}`;
    return known === undefined ? [{ path, message: 'unknown field' }] : unknownFields(known, member, path);
  });
}
