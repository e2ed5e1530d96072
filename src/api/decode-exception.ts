import { parseRfc3339 } from '../semantics/rfc3339.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import { slotKinds } from '../slots/registry.ts';
import type { Problem } from '../slots/slot-kind.ts';
import { checkBlock, identity, namespaceSelectorProblems } from './decode-policy.ts';
import type { SecurityException } from './exception.ts';
import { exceptionHeaderSchema } from './exception-schema.ts';
import type { ExceptionHeader } from './exception-schema.ts';
import { members } from './members.ts';
import { checked } from './schema-problems.ts';
import type { Checked } from './schema-problems.ts';

/**
 * Reads a SecurityException by itself, whatever JSON it holds. Never throws: what cannot be read is a problem with the
 * field's path, and an exception with a problem has no effect.
 */
export function decodeException(object: KubeObject): SecurityException {
  const spec = members(members(object)['spec']);
  const { problems, value } = readSpec(spec);
  const { creationTimestamp } = members(members(object)['metadata']);
  const createdAt = typeof creationTimestamp === 'string' ? parseRfc3339(creationTimestamp) : undefined;
  return {
    ...identity(object),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(value === undefined ? NO_EFFECT : { ...content(value), override: Object.fromEntries(blocksOf(spec)) }),
    decodable: value !== undefined,
    problems,
  };
}

type Content = Omit<SecurityException, 'name' | 'uid' | 'generation' | 'deleting' | 'decodable' | 'problems'>;

/** Harmless by construction: it ended long ago and selects a namespace that can't exist. */
const NO_EFFECT: Content = {
  selection: { namespaceSelector: {}, includeNames: [] },
  effect: 'Ignore',
  override: {},
  owner: '',
  reason: '',
  expirationTime: '1970-01-01T00:00:00Z',
  expiresAt: 0,
};

function content(header: ExceptionHeader): Omit<Content, 'override'> {
  const { namespaceSelector = {}, includeNames, policyNames, slots, ...rest } = header;
  const { effect, owner, reason, expirationTime } = rest;
  return {
    selection: { namespaceSelector, ...(includeNames === undefined ? {} : { includeNames }) },
    ...(policyNames === undefined ? {} : { policyNames }),
    ...(slots === undefined ? {} : { slots }),
    effect,
    owner,
    reason,
    expirationTime,
    expiresAt: parseRfc3339(expirationTime) ?? 0,
  };
}

/** As in a policy, null is an absent block. A member that is no slot kind's was not there for this release's schema. */
function blocksOf(spec: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  const override = members(spec['override']);
  return slotKinds.flatMap(({ field }) => {
    const block = override[field];
    return block === undefined || block === null ? [] : [[field, block] as const];
  });
}

function readSpec(spec: Readonly<Record<string, unknown>>): Checked<ExceptionHeader> {
  const read = checked(exceptionHeaderSchema, spec, 'spec');
  if (read.value === undefined) return read;
  const problems = problemsOf(spec, read.value);
  return problems.length > 0 ? { problems } : read;
}

/** What the schema of the header can't see. */
function problemsOf(
  spec: Readonly<Record<string, unknown>>,
  { expirationTime, namespaceSelector = {} }: ExceptionHeader,
): readonly Problem[] {
  return [
    ...combinationProblems(spec),
    ...namespaceSelectorProblems(namespaceSelector),
    ...(parseRfc3339(expirationTime) === undefined
      ? [{ path: 'spec.expirationTime', message: 'is no day of the calendar' }]
      : []),
    ...blocksOf(spec).flatMap(([field, block]) => {
      const kind = slotKinds.find((each) => each.field === field);
      return kind === undefined ? [] : checkBlock(kind, block, `spec.override.${field}`);
    }),
  ];
}

/** What the CEL rules of the schema refuse as well. */
function combinationProblems(spec: Readonly<Record<string, unknown>>): readonly Problem[] {
  const isOverride = spec['effect'] === 'Override';
  const hasBlocks = blocksOf(spec).length > 0;
  const given = (member: string): boolean => spec[member] !== undefined && spec[member] !== null;
  const rules: readonly (readonly [boolean, path: string, message: string])[] = [
    [isOverride && !hasBlocks, 'spec.override', 'effect Override needs the blocks that are to win'],
    [!isOverride && given('override'), 'spec.override', 'only effect Override takes an override'],
    [isOverride && given('slots'), 'spec.slots', 'effect Override takes no slots: the override says which'],
    [
      !given('namespaceSelector') && !given('includeNames'),
      'spec.namespaceSelector',
      'name the namespaces, here or in includeNames',
    ],
  ];
  return rules.flatMap(([broken, path, message]) => (broken ? [{ path, message }] : []));
}
