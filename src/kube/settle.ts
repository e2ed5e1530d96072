/** A value that is believed only after it has stayed the same for a while. Immutable. */
export interface Settling<T> {
  readonly settled: T;
  readonly candidate: T;
  readonly since: number;
}

/** Takes in the value of the moment; a candidate unchanged for `quietMs` becomes the settled one. */
export function settle<T>(state: Settling<T>, value: T, now: number, quietMs: number): Settling<T> {
  if (!same(value, state.candidate)) return { settled: state.settled, candidate: value, since: now };
  const isOld = now - state.since >= quietMs;
  return isOld && !same(state.settled, value) ? { ...state, settled: value } : state;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
