import { escapePointer } from '../semantics/json-pointer.ts';
import type { Json, ManagedFieldsEntry } from '../slots/kube-object.ts';
import { actorOf } from './actor.ts';
import type { FieldDiff } from './namespace-plan.ts';

interface Difference {
  readonly pointer: string;
  readonly expected: Json | undefined;
  readonly live: Json | undefined;
}

/**
 * Every place where two canonical JSON values differ, at the deepest pointer both sides still share; members in
 * sorted order, so the result is deterministic.
 */
export function diffJson(expected: Json | undefined, live: Json | undefined, pointer: string): readonly Difference[] {
  if (expected === undefined || live === undefined) {
    return expected === live ? [] : [{ pointer, expected, live }];
  }
  if (isArray(expected) && isArray(live)) return diffArrays(expected, live, pointer);
  if (isObject(expected) && isObject(live)) return diffObjects(expected, live, pointer);
  return expected === live ? [] : [{ pointer, expected, live }];
}

/** Differences with the manager that claims each. Absent managedFields mean nobody but Parapet has written. */
export function attribute(
  differences: readonly Difference[],
  managedFields: readonly ManagedFieldsEntry[],
): readonly FieldDiff[] {
  return differences.map(({ pointer, expected, live }) => ({
    pointer,
    ...(expected === undefined ? {} : { expected }),
    ...(live === undefined ? {} : { live }),
    actor: actorOf(pointer, managedFields),
  }));
}

function diffArrays(expected: readonly Json[], live: readonly Json[], pointer: string): readonly Difference[] {
  const length = Math.max(expected.length, live.length);
  return Array.from({ length }, (_, index) => index).flatMap((index) =>
    diffJson(expected[index], live[index], `${pointer}/${index}`),
  );
}

function diffObjects(expected: JsonObject, live: JsonObject, pointer: string): readonly Difference[] {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(live)])].sort();
  return keys.flatMap((key) => diffJson(own(expected, key), own(live, key), `${pointer}/${escapePointer(key)}`));
}

/** Keys are data, such as a label called `constructor`: it must not find what an object inherits. */
function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

type JsonObject = { readonly [key: string]: Json };

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
