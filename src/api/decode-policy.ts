import type { KubeObject } from '../slots/kube-object.ts';
import { slotKinds } from '../slots/registry.ts';
import type { Problem, SlotKind } from '../slots/slot-kind.ts';
import { selectorProblems } from '../semantics/selector.ts';
import { members } from './members.ts';
import type { Policy, Selection } from './policy.ts';
import { CLEANUP_FINALIZER } from './resources.ts';
import { policyHeaderSchema } from './policy-schema.ts';
import type { PolicyHeader } from './policy-schema.ts';
import { readyStatus } from './ready-status.ts';
import { checked, schemaProblems } from './schema-problems.ts';
import type { Checked } from './schema-problems.ts';

const DEFAULT_PRIORITY = 100;

/**
 * Reads a ClusterSecurityPolicy by itself, whatever JSON it holds. Never throws: what cannot be read is a problem with
 * the field's path, and harms this policy only.
 */
export function decodePolicy(object: KubeObject): Policy {
  const spec = members(members(object)['spec']);
  const known = identity(object);
  const read = readHeader(spec);
  const blocks = slotKinds.filter(({ field }) => spec[field] !== undefined && spec[field] !== null);
  const faults = blocks.map((kind) => ({
    field: kind.field,
    problems: checkBlock(kind, spec[kind.field], `spec.${kind.field}`),
  }));
  return {
    ...known,
    finalized: finalizersOf(object).includes(CLEANUP_FINALIZER),
    settled: readyStatus(members(object)['status'], known.generation) === 'True',
    ...(read.value === undefined ? UNREADABLE : header(read.value)),
    decodable: read.value !== undefined,
    blocks: Object.fromEntries(blocks.map(({ field }) => [field, spec[field]])),
    problems: [...read.problems, ...faults.flatMap(({ problems }) => problems)],
    invalidFields: faults.filter(({ problems }) => problems.length > 0).map(({ field }) => field),
  };
}

/** Harmless by construction: it reports only, and an undecodable policy claims nothing anyway. */
const UNREADABLE = {
  mode: 'Audit',
  suspend: false,
  priority: DEFAULT_PRIORITY,
  deletionPolicy: 'Orphan',
  adopts: false,
  holds: true,
  widening: { networkPolicies: 'Broad', roleBindings: 'Broad' },
  selection: { namespaceSelector: {} },
} as const;

type Header = Pick<Policy, keyof typeof UNREADABLE>;

function header(spec: PolicyHeader): Header {
  const { mode, suspend = false, priority = DEFAULT_PRIORITY, deletionPolicy = 'Orphan' } = spec;
  const { namespaceSelector, includeNames, excludeNames } = spec;
  const selection: Selection = {
    namespaceSelector,
    ...(includeNames === undefined ? {} : { includeNames }),
    ...(excludeNames === undefined ? {} : { excludeNames }),
  };
  const [adopts, holds] = [spec.adoption === 'Force', spec.tightening !== 'Apply'];
  const widening = { ...UNREADABLE.widening, ...spec.widening };
  return { mode, suspend, priority, deletionPolicy, adopts, holds, widening, selection };
}

/** What `metadata` says, whatever it holds. */
export function identity(object: KubeObject): Pick<Policy, 'name' | 'uid' | 'generation' | 'deleting'> {
  const { name, uid, generation, deletionTimestamp } = members(members(object)['metadata']);
  return {
    name: typeof name === 'string' ? name : '',
    uid: typeof uid === 'string' ? uid : '',
    generation: typeof generation === 'number' ? generation : 0,
    deleting: typeof deletionTimestamp === 'string',
  };
}

/** Everybody's finalizers, whatever `metadata` holds. */
export function finalizersOf(object: KubeObject): readonly string[] {
  const { finalizers } = members(members(object)['metadata']);
  return Array.isArray(finalizers) ? finalizers.filter((finalizer) => typeof finalizer === 'string') : [];
}

function readHeader(spec: unknown): Checked<PolicyHeader> {
  const read = checked(policyHeaderSchema, spec, 'spec');
  if (read.value === undefined) return read;
  const problems = namespaceSelectorProblems(read.value.namespaceSelector);
  return problems.length > 0 ? { problems } : read;
}

/** What a schema can't see of a selector, with full paths. */
export function namespaceSelectorProblems(selector: PolicyHeader['namespaceSelector']): readonly Problem[] {
  return selectorProblems(selector).map(({ path, message }) => ({ path: `spec.namespaceSelector.${path}`, message }));
}

/**
 * The faults of one block; `root` is its path. The slot kind's own checks rely on the shape, so they run only where the
 * schema is content.
 */
export function checkBlock(kind: SlotKind, block: unknown, root: string): readonly Problem[] {
  const problems = schemaProblems(kind.schema, block, root);
  if (problems.length > 0) return problems;
  return kind.validate(block).map(({ path, message }) => ({ path: joined(root, path), message }));
}

function joined(root: string, path: string): string {
  return path === '' || path.startsWith('[') ? `${root}${path}` : `${root}.${path}`;
}
