import { LineCounter, isMap, isNode, isPair, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Document, Node, Tags } from 'yaml';
import type { KubeObject } from '../slots/kube-object.ts';
import { fieldKeys } from './field-path.ts';
import { ManifestError } from './manifest.ts';
import type { Manifest, Position } from './manifest.ts';

/**
 * The objects of one file's text, in order; the items of Lists are taken out. JSON is read as the YAML it is. Throws a
 * ManifestError for what is not YAML, or not an object with `apiVersion` and `kind`.
 */
export function parseManifests(file: string, text: string): readonly Manifest[] {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: kubectlTags,
    lineCounter: lines,
    logLevel: 'error',
  });
  return [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ManifestError(at(error.pos[0]), firstLine(error.message));
    return isEmpty(document) ? [] : flattened(document, [], at);
  });
}

/** kubectl's parser knows 1.1's booleans and octals, but reads `2001-12-14` and `22:22` as text. */
function kubectlTags(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')));
}

function isEmpty({ contents }: Document): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

type Path = readonly (string | number)[];

function flattened(document: Document, path: Path, at: (offset: number) => Position): readonly Manifest[] {
  const position = at(offsetOf(document, path));
  const value = asPlain(document, path, position);
  if (!isObject(value)) throw new ManifestError(position, 'not a Kubernetes object: it has no apiVersion and kind');
  const items: unknown = value['items'];
  if (value.kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((_, index) => flattened(document, [...path, 'items', index], at));
  }
  const positionOf = (fieldPath: string): Position => at(offsetOf(document, [...path, ...fieldKeys(fieldPath)]));
  return [{ ...position, object: value, positionOf }];
}

/** Aliases are followed, but not so often that a small file becomes a large object. */
function asPlain(document: Document, path: Path, position: Position): unknown {
  try {
    const node = document.getIn(path, true);
    return isNode(node) ? node.toJS(document) : node;
  } catch (error) {
    throw new ManifestError(position, firstLine(error instanceof Error ? error.message : String(error)));
  }
}

function isObject(value: unknown): value is KubeObject {
  const { apiVersion, kind } = Object(value) as Readonly<Record<string, unknown>>;
  return typeof apiVersion === 'string' && typeof kind === 'string';
}

/** Of the key where there is one: that is what people look for; else of the deepest member that is there. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    const [next, start] = memberOf(node, key);
    if (next === undefined) break;
    offset = start ?? offset;
    node = next;
  }
  return offset;
}

function memberOf(node: unknown, key: string | number): readonly [next: unknown, start: number | undefined] {
  if (isSeq(node) && typeof key === 'number') return [node.items[key], startOf(node.items[key])];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
  return [pair?.value ?? undefined, startOf(pair?.key)];
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

/** The parser's message goes on with an excerpt of the text; line and column are told before it. */
function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:$/, '');
}
