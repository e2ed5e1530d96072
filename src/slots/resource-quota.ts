import { Type } from 'typebox';
import type { Static } from 'typebox';
import { asObject, asSet, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Proposal } from './highest-priority.ts';
import { duplicateProblems } from './problems.ts';
import { amountProblems, amountsSchema, canonicalAmounts } from './resource-amounts.ts';
import { LIST_ATOMIC, LIST_SET, cel, listMap, oneOf, slotName } from './schema.ts';
import type { Content, ObjectKind, Problem, SlotKind } from './slot-kind.ts';

const scope = oneOf(
  [
    'Terminating',
    'NotTerminating',
    'BestEffort',
    'NotBestEffort',
    'PriorityClass',
    'CrossNamespacePodAffinity',
    'VolumeAttributesClass',
  ],
  'A quota scope.',
);

const scopeRequirement = Type.Object(
  {
    scopeName: scope,
    operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'How the scope relates to the values.'),
    values: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
        description: 'Required by In and NotIn; forbidden with Exists and DoesNotExist.',
        maxItems: 16,
        ...LIST_ATOMIC,
      }),
    ),
  },
  cel(
    {
      rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message: 'In and NotIn need values; Exists and DoesNotExist take none',
      fieldPath: '.values',
    },
    {
      rule: "self.scopeName in ['PriorityClass', 'VolumeAttributesClass'] || self.operator == 'Exists'",
      message: 'this scope takes Exists only',
      fieldPath: '.operator',
    },
  ),
);

const scopeSelector = Type.Object(
  {
    matchExpressions: Type.Array(scopeRequirement, {
      description: 'Requirements, all of which must hold.',
      minItems: 1,
      maxItems: 8,
      ...LIST_ATOMIC,
    }),
  },
  { description: 'Scopes with values, such as a priority class.', 'x-kubernetes-map-type': 'atomic' },
);

const schema = Type.Array(
  Type.Object({
    name: slotName,
    hard: amountsSchema('The limit per resource, such as `requests.cpu: 32` or `pods: "400"`.'),
    scopes: Type.Optional(
      Type.Array(scope, {
        description: 'Scopes a counted object must match. Immutable in Kubernetes: a change recreates the quota.',
        maxItems: 6,
        ...LIST_SET,
        ...cel(exclusive('BestEffort', 'NotBestEffort'), exclusive('Terminating', 'NotTerminating')),
      }),
    ),
    scopeSelector: Type.Optional(scopeSelector),
  }),
  {
    description: 'ResourceQuotas `parapet-<name>`. The highest priority wins a name as a whole.',
    minItems: 1,
    maxItems: 16,
    ...listMap('name'),
  },
);

function exclusive(one: string, other: string) {
  return { rule: `!('${one}' in self && '${other}' in self)`, message: `${one} and ${other} exclude each other` };
}

type ResourceQuotas = Static<typeof schema>;

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

/** Compute and storage are measured, everything else is counted; extended resources come whole. */
function isCounted(name: string): boolean {
  if (name.includes('/')) return !name.includes('kubernetes.io/') && !name.startsWith('requests.');
  return !/(cpu|memory|storage)$/.test(name) && !/^(requests\.)?hugepages-/.test(name);
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
  needsRecreate: (live, desired) => scoping(live) !== scoping(desired),
  order: () => 40,
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

function scoping(content: Content): string {
  const spec = asObject(content['spec']);
  return JSON.stringify([spec['scopes'] ?? [], spec['scopeSelector'] ?? null]);
}

function quotaProblems(quotas: ResourceQuotas): readonly Problem[] {
  return [
    ...duplicateProblems(quotas, 'name', ''),
    ...quotas.flatMap(({ hard }, index) =>
      amountProblems(hard, `[${index}].hard`, { known: KNOWN, counted: isCounted }),
    ),
    ...quotas.flatMap(({ scopes, hard, scopeSelector: selector }, index) =>
      scopeProblems(
        [...(scopes ?? []), ...(selector?.matchExpressions ?? []).map(({ scopeName }) => scopeName)],
        hard,
      ).map((message) => ({ path: scopes === undefined ? `[${index}].scopeSelector` : `[${index}].scopes`, message })),
    ),
  ];
}

/** Kubernetes' IsResourceQuotaScopeValidForResource: most scopes speak of pods and their compute only. */
function scopeProblems(scopes: readonly string[], hard: ResourceQuotas[number]['hard']): readonly string[] {
  return scopes.flatMap((name) =>
    Object.keys(hard)
      .filter((resource) => KNOWN.has(resource) && !scopeCovers(name, resource))
      .map((resource) => `the scope ${name} cannot limit ${resource}`),
  );
}

function scopeCovers(name: string, resource: string): boolean {
  if (name === 'BestEffort') return resource === 'pods';
  if (name === 'VolumeAttributesClass') return resource === 'persistentvolumeclaims' || resource === 'requests.storage';
  return resource === 'pods' || /^((requests|limits)\.)?(cpu|memory)$/.test(resource);
}
