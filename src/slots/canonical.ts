import type { Content } from './slot-kind.ts';
import type { Json } from './kube-object.ts';

/** A JSON object whose members nobody has checked yet. */
export type JsonObject = Readonly<Record<string, Json>>;

/** The value if it is an object, else an empty one: live objects may lack or mistype anything. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value if it is a list, else an empty one. */
export function asList(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The strings of a list that means a set: sorted, each once. Anything else in it is kept, at the end. */
export function asSet(value: unknown): readonly Json[] {
  const items = asList(value);
  const strings = items.filter((item) => typeof item === 'string');
  return [...[...new Set(strings)].toSorted(), ...items.filter((item) => typeof item !== 'string')];
}

/**
 * Members in one spelling: null members and empty lists left out, as Go's `omitempty` does, and so are empty maps
 * under the names in `emptyMaps`; keys sorted. An empty object stays elsewhere: `podSelector: {}` has a meaning.
 */
export function canonical(value: Readonly<Record<string, unknown>>, emptyMaps: readonly string[] = []): Content {
  return canonicalMembers(value as JsonObject, emptyMaps);
}

function canonicalMembers(value: JsonObject, emptyMaps: readonly string[]): JsonObject {
  const members = Object.keys(value)
    .toSorted()
    .map((key) => [key, canonicalJson(value[key] ?? null, emptyMaps)] as const)
    .filter(([key, member]) => !isDropped(key, member, emptyMaps));
  return Object.fromEntries(members);
}

function canonicalJson(value: Json, emptyMaps: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item: Json) => canonicalJson(item, emptyMaps));
  return typeof value === 'object' && value !== null ? canonicalMembers(value as JsonObject, emptyMaps) : value;
}

function isDropped(key: string, member: Json, emptyMaps: readonly string[]): boolean {
  if (member === null) return true;
  if (Array.isArray(member)) return member.length === 0;
  return emptyMaps.includes(key) && typeof member === 'object' && Object.keys(member).length === 0;
}
