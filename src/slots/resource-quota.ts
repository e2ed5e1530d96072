import { Type } from 'typebox';
import type { Static } from 'typebox';
import { asObject, asSet, canonical } from './canonical.ts';
import type { JsonObject } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Proposal } from './highest-priority.ts';
import type { StringMap } from './kube-object.ts';
import { duplicateProblems } from './problems.ts';
import { quotaHold } from './quota-hold.ts';
import { scopeProblems, scopeSelectorSchema, scopesSchema } from './quota-scopes.ts';
import { amountProblems, amountsSchema, canonicalAmounts, isHugePages } from './resource-amounts.ts';
import { listMap, slotName } from './schema.ts';
import type { Content, ObjectKind, Problem, SlotKind } from './slot-kind.ts';

/** Quota resources without a domain: Kubernetes' standardQuotaResources. */
const KNOWN = new Set([
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  'requests.storage',
  'pods',
  'services',
  'services.nodeports',
  'services.loadbalancers',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
]);

const schema = Type.Array(
  Type.Object({
    name: slotName,
    hard: amountsSchema('The limit per resource, such as `requests.cpu: 32` or `pods: "400"`.', KNOWN),
    scopes: Type.Optional(scopesSchema),
    scopeSelector: Type.Optional(scopeSelectorSchema),
  }),
  {
    description: 'ResourceQuotas `parapet-<name>`. The highest priority wins a name as a whole.',
    minItems: 1,
    maxItems: 16,
    ...listMap('name'),
  },
);

type ResourceQuotas = Static<typeof schema>;

/** Compute and storage are measured, everything else is counted; extended resources come whole. */
function isCounted(name: string): boolean {
  if (name.includes('/')) return !name.includes('kubernetes.io/') && !name.startsWith('requests.');
  return !/(cpu|memory|storage)$/.test(name) && !isHugePages(name);
}

const resourceQuotaObject: ObjectKind = {
  resource: { group: '', version: 'v1', plural: 'resourcequotas', kind: 'ResourceQuota', namespaced: true },
  members: ['spec'],
  normalize: (object) => {
    const spec = asObject(object['spec']);
    return {
      spec: canonical({ ...spec, hard: canonicalAmounts(spec['hard']), scopes: asSet(spec['scopes']) }, ['hard']),
    };
  },
  needsRecreate: (live, desired) => scopesOf(live) !== scopesOf(desired),
  order: () => 40,
  competes: overlap,
  hold: quotaHold,
  used: (object) => asObject(asObject(object['status'])['used']) as StringMap,
};

/** ResourceQuotas by name; the whole quota goes to the highest priority. */
export const resourceQuota: SlotKind<ResourceQuotas> = {
  field: 'resourceQuotas',
  schema,
  objects: [resourceQuotaObject],
  validate: quotaProblems,
  fold: (claims) => highestPriority(claims, propose),
};

function propose(quotas: ResourceQuotas): readonly Proposal[] {
  return quotas.map(({ name, ...spec }) => ({
    kind: 'ResourceQuota',
    name: `parapet-${name}`,
    content: resourceQuotaObject.normalize({ spec }),
  }));
}

/** Every quota that covers a pod limits it: of two over one resource the smaller holds, whichever policy is right. */
function overlap(other: Content, desired: Content): string | undefined {
  const [theirs, ours] = [asObject(other['spec']), asObject(desired['spec'])];
  const scope = ({ scopes, scopeSelector }: JsonObject): string => JSON.stringify([scopes, scopeSelector]);
  if (scope(theirs) !== scope(ours)) return undefined;
  const hard = asObject(theirs['hard']);
  const both = Object.keys(asObject(ours['hard'])).filter((resource) => Object.hasOwn(hard, resource));
  return both.length === 0 ? undefined : `limits ${both.join(', ')} as well: the smaller amount holds`;
}

/** Of a quota, Kubernetes holds `scopes` immutable, though not scopeSelector. */
function scopesOf(content: Content): string {
  return JSON.stringify(asObject(content['spec'])['scopes'] ?? []);
}

function quotaProblems(quotas: ResourceQuotas): readonly Problem[] {
  return [
    ...duplicateProblems(quotas, 'name', ''),
    ...quotas.flatMap((quota, index) => [
      ...amountProblems(quota.hard, `[${index}].hard`, { known: KNOWN, counted: isCounted }),
      ...scopeProblems(quota, `[${index}]`, isStandard),
    ]),
  ];
}

function isStandard(resource: string): boolean {
  return KNOWN.has(resource) || isHugePages(resource);
}
