/** `spec.roles[0].rules` and `spec.hard[requests.cpu]` as keys: numbers are indices of lists, all else names. */
export function fieldKeys(fieldPath: string): readonly (string | number)[] {
  const steps = fieldPath.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g);
  return [...steps].map(([, bracketed, name = '']) => {
    if (bracketed === undefined) return name;
    return /^\d+$/.test(bracketed) ? Number(bracketed) : bracketed;
  });
}
