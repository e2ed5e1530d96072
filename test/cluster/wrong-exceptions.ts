import type { WrongPolicy } from './wrong-policies.ts';
import { wrongPolicies } from './wrong-policies.ts';

const valid = {
  includeNames: ['team-a'],
  effect: 'Ignore',
  owner: 'team-a',
  reason: 'moving to the new cluster',
  expirationTime: '2030-01-31T18:00:00Z',
};

function without(...members: readonly (keyof typeof valid)[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(valid).filter(([name]) => !members.some((member) => member === name)));
}

function wrong(title: string, path: string, members: Readonly<Record<string, unknown>>): WrongPolicy {
  return { title, path: `spec.${path}`, spec: { ...valid, ...members } };
}

const compute = { resourceQuotas: [{ name: 'compute', hard: { pods: 1 } }] };

/** What is wrong in a policy's block is wrong in an override's: the first of each block stand for the rest. */
const blocks = ['networkPolicy', 'resourceQuotas', 'limitRange', 'roles'].flatMap((block) =>
  wrongPolicies
    .filter(({ path }) => path.startsWith(`spec.${block}`))
    .slice(0, 3)
    .map(({ title, path, spec }) =>
      wrong(`${title}, in an override`, path.replace('spec.', 'override.'), {
        effect: 'Override',
        override: { [block]: spec[block] },
      }),
    ),
);

/** Specs of SecurityExceptions that the API server must refuse, naming the field at `path`. */
export const wrongExceptions: readonly WrongPolicy[] = [
  ...(['effect', 'owner', 'reason', 'expirationTime'] as const).map((member) => ({
    title: `no ${member}`,
    path: `spec.${member}`,
    spec: without(member),
  })),
  { title: 'no namespaces', path: 'spec.namespaceSelector', spec: without('includeNames') },
  wrong('an unknown effect', 'effect', { effect: 'ignore' }),
  wrong('an empty owner', 'owner', { owner: '' }),
  wrong('an owner that is too long', 'owner', { owner: 'x'.repeat(254) }),
  wrong('an empty reason', 'reason', { reason: '' }),
  wrong('a reason that is too long', 'reason', { reason: 'x'.repeat(1025) }),
  wrong('a day for an end', 'expirationTime', { expirationTime: '2030-01-31' }),
  wrong('an end without a zone', 'expirationTime', { expirationTime: '2030-01-31T18:00:00' }),
  wrong('an end on a day that is none', 'expirationTime', { expirationTime: '2030-02-30T18:00:00Z' }),
  wrong('an end that is a number', 'expirationTime', { expirationTime: 1_900_000_000 }),
  wrong('no policy names in their list', 'policyNames', { policyNames: [] }),
  wrong('a policy name in upper case', 'policyNames[0]', { policyNames: ['Baseline'] }),
  wrong('a glob for a policy', 'policyNames[0]', { policyNames: ['base*'] }),
  wrong('too many policies', 'policyNames', { policyNames: Array.from({ length: 65 }, (_, index) => `p${index}`) }),
  wrong('no names in includeNames', 'includeNames', { includeNames: [] }),
  wrong('a name in upper case', 'includeNames[0]', { includeNames: ['Team'] }),
  wrong('a selector value that is no string', 'namespaceSelector.matchLabels.a', {
    namespaceSelector: { matchLabels: { a: 1 } },
  }),
  wrong('In without values', 'namespaceSelector.matchExpressions[0].values', {
    namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
  }),
  wrong('no slots in their list', 'slots', { slots: [] }),
  wrong('a slot without its kind', 'slots[0]', { slots: ['parapet-limits'] }),
  wrong('a slot with two slashes', 'slots[0]', { slots: ['v1/ResourceQuota/parapet-compute'] }),
  wrong('too many slots', 'slots', { slots: Array.from({ length: 65 }, (_, index) => `Role/parapet-${index}`) }),
  wrong('Override without an override', 'override', { effect: 'Override' }),
  wrong('an empty override', 'override', { effect: 'Override', override: {} }),
  wrong('Ignore with an override', 'override', { override: compute }),
  wrong('Remove with an override', 'override', { effect: 'Remove', override: compute }),
  wrong('Override with slots', 'slots', { effect: 'Override', override: compute, slots: ['ResourceQuota/*'] }),
  ...blocks,
];
