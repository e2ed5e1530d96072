import { isDeepStrictEqual } from 'node:util';
import type { Obj } from './api.ts';
import type { WatchedKind } from './kinds.ts';
import { kindNamed } from './kinds.ts';

/** How an object has to be: in every selected namespace the same. */
export interface Template {
  readonly kind: string;
  readonly name: string;
  readonly content: unknown;
  /** Of objects that are Parapet's whole. */
  readonly marks?: Marks;
}

/** What a namespace is to the policy; `gone` while it is being deleted. */
export type Standing = 'selected' | 'left' | 'gone';

/** What is wrong with an object: not there, other than it has to be, or still there. */
export type Wrong = 'missing' | 'different' | 'lingering';

interface Marks {
  readonly managedBy: string | undefined;
  readonly slot: string | undefined;
  readonly policies: string | undefined;
}

const SLOT = 'parapet.dev/slot';

/** Of an object that is as it has to be. */
export function templateOf(kind: WatchedKind, object: Obj): Template {
  const { name } = kind.namespaced ? object.metadata : { name: '' };
  const template = { kind: kind.kind, name, content: kind.content(object) };
  return kind.whole ? { ...template, marks: marksOf(object) } : template;
}

/** Undefined where nothing is. `pods` is what the policy says of the quota now. */
export function wrongness(
  template: Template,
  standing: Standing,
  object: Obj | undefined,
  pods: string,
): Wrong | undefined {
  if (standing === 'gone') return undefined;
  if (standing === 'left') return lingering(template, object);
  if (object === undefined) return template.marks === undefined ? undefined : 'missing';
  const expected = template.kind === 'ResourceQuota' ? withPods(template.content, pods) : template.content;
  const kind = kindNamed(template.kind);
  const same = isDeepStrictEqual(kind.content(object), expected);
  const marked = template.marks === undefined || isDeepStrictEqual(marksOf(object), template.marks);
  return same && marked ? undefined : 'different';
}

/** The policy has `deletionPolicy: Delete`: what was its own has to go, and so have its fields on others' objects. */
function lingering(template: Template, object: Obj | undefined): Wrong | undefined {
  if (object === undefined) return undefined;
  if (template.marks !== undefined) return 'lingering';
  return isDeepStrictEqual(kindNamed(template.kind).content(object), template.content) ? 'lingering' : undefined;
}

function marksOf({ metadata: { labels = {}, annotations = {} } }: Obj): Marks {
  return {
    managedBy: labels['app.kubernetes.io/managed-by'],
    slot: labels[SLOT],
    policies: annotations['parapet.dev/policies'],
  };
}

function withPods(content: unknown, pods: string): unknown {
  const { hard, ...rest } = content as { readonly hard: object };
  return { ...rest, hard: { ...hard, pods } };
}
