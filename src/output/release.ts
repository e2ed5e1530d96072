import type { FieldDiff } from '../plan/namespace-plan.ts';
import { aligned, diffLine } from './text.ts';
import type { Shorten } from './text.ts';

/** What releasing a namespace takes away: the data behind every format of `parapet release`. */
export interface Release {
  readonly namespace: string;
  /** Directions in which pods are isolated now and won't be. */
  readonly opens: readonly string[];
  /** In the order they are written. */
  readonly objects: readonly ReleasedObject[];
}

export interface ReleasedObject {
  readonly slot: string;
  /** `change`: a part of it goes, and others still ask for the rest; `restore`: fields get back what stood there before. */
  readonly action: 'delete' | 'change' | 'restore';
  /** The policies that left it; empty where it names nobody. */
  readonly leftBy: readonly string[];
  readonly diffs: readonly FieldDiff[];
}

const SIGNS: Readonly<Record<ReleasedObject['action'], string>> = { delete: '-', change: '~', restore: '~' };

/** For people at a terminal. */
export function releaseTable({ namespace, opens, objects }: Release, shorten: Shorten): string {
  if (objects.length === 0) return `Nothing is left behind in ${namespace}.\n`;
  const rows = objects.map(({ slot, action, leftBy }) => [
    `${SIGNS[action]} ${slot}`,
    action,
    leftBy.length === 0 ? 'nobody knows whom' : leftBy.join(', '),
  ]);
  const [head = '', ...lines] = aligned([['  OBJECT', 'ACTION', 'LEFT BY'], ...rows]);
  const told = objects.flatMap(({ diffs }, index) => [
    lines[index] ?? '',
    ...diffs.map((diff) => `      ${diffLine(diff, shorten)}`),
  ]);
  const warning = opens.length === 0 ? [] : ['', `Pods will no longer be isolated: ${opens.join(', ')}`];
  return `${[`Namespace ${namespace}`, head, ...told, ...warning].join('\n')}\n`;
}
