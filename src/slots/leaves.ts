import { escapePointer, pointerPath } from '../semantics/json-pointer.ts';
import type { Json } from './kube-object.ts';
import type { Content } from './slot-kind.ts';

/** Single fields of an object by JSON pointer: how fields of objects that aren't ours are told apart. */
export type Leaves = Readonly<Record<string, Json>>;

/** Every value of a content that is no object. */
export function leavesOf(content: Content): Leaves {
  return Object.fromEntries(entriesOf(content, ''));
}

/** The content that holds these values and no more: what `leavesOf` was made from. */
export function contentOf(leaves: Leaves): Content {
  return nested(Object.entries(leaves).map(([pointer, value]) => [pointerPath(pointer), value] as const));
}

/** The leaves for which `matches` holds. */
export function filterLeaves(leaves: Leaves, matches: (pointer: string, value: Json) => boolean): Leaves {
  return Object.fromEntries(Object.entries(leaves).filter(([pointer, value]) => matches(pointer, value)));
}

function entriesOf(content: Content, pointer: string): readonly (readonly [string, Json])[] {
  return Object.entries(content).flatMap(([key, value]) => {
    const at = `${pointer}/${escapePointer(key)}`;
    return isContent(value) ? entriesOf(value, at) : [[at, value] as const];
  });
}

type Steps = readonly (readonly [path: readonly string[], value: Json])[];

function nested(steps: Steps): Content {
  const members = Map.groupBy(steps, ([[member = '']]) => member);
  return Object.fromEntries([...members].map(([member, within]) => [member, memberOf(within)]));
}

function memberOf(within: Steps): Json {
  const [[path, value] = [[], null]] = within;
  return path.length === 1 ? value : nested(within.map(([[, ...rest], each]) => [rest, each]));
}

function isContent(value: Json): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
