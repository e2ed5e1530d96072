/** Plain JSON. */
interface Tree {
  readonly [step: string]: Tree;
}

/**
 * Whether a FieldsV1 tree, as managedFields holds them, reaches a path. Trees end where a list or map is atomic (or keyed
 * by value), so a path that runs past a leaf is claimed by that leaf.
 */
export function claims(fields: unknown, path: readonly string[]): boolean {
  if (!isTree(fields)) return false;
  const [step, ...rest] = path;
  if (step === undefined) return true;
  const child = fields[`f:${step}`];
  if (child === undefined) return isIndex(step) && Object.keys(fields).some((key) => !key.startsWith('f:'));
  if (!isTree(child) || Object.keys(child).length === 0) return true;
  return claims(child, rest);
}

/** The tree that claims these paths and nothing else. */
export function fieldsTree(paths: readonly (readonly string[])[]): Tree {
  const steps = Map.groupBy(
    paths.filter((path) => path.length > 0),
    ([step = '']) => `f:${step}`,
  );
  return Object.fromEntries([...steps].map(([step, within]) => [step, fieldsTree(within.map(([, ...rest]) => rest))]));
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}
