import type { Endpoint } from '../slots/platform-facts.ts';

/** A vanished API server stays allowed for so long: it may only be restarting, and rules must not flap. */
export const LINGER_MS = 600_000;

/** Endpoints that are there, or were a little while ago. Immutable. */
export type EndpointMemory = ReadonlyMap<string, Remembered>;

interface Remembered {
  readonly endpoint: Endpoint;
  /** Undefined while it is there. */
  readonly goneAt: number | undefined;
}

/**
 * What is remembered after a look at the live endpoints. None at all keeps everything as it was: the API server
 * empties its EndpointSlice while it shuts down, and a rule without peers would lock every pod out.
 */
export function rememberEndpoints(memory: EndpointMemory, live: readonly Endpoint[], now: number): EndpointMemory {
  if (live.length === 0) return memory;
  const next = new Map<string, Remembered>();
  for (const [key, { endpoint, goneAt = now }] of memory) {
    if (now - goneAt < LINGER_MS) next.set(key, { endpoint, goneAt });
  }
  for (const endpoint of live) next.set(keyOf(endpoint), { endpoint, goneAt: undefined });
  return next;
}

/** The endpoints to allow, sorted. */
export function rememberedEndpoints(memory: EndpointMemory): readonly Endpoint[] {
  return [...memory.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, { endpoint }]) => endpoint);
}

function keyOf({ ip, port }: Endpoint): string {
  return `${ip} ${port}`;
}
