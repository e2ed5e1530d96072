import { Type } from 'typebox';
import type { Static } from 'typebox';
import { labelKey } from './label-selector-schema.ts';
import { LIST_ATOMIC, cel, invalid, listMap, oneOf, slotName } from './schema.ts';

/** Verbs that let their holder raise or borrow permissions. */
export const FORBIDDEN_VERBS = ['escalate', 'bind', 'impersonate'] as const;
/** Everyone, in the spellings Kubernetes knows, and the group no authorizer restrains. */
export const FORBIDDEN_SUBJECTS = [
  'system:masters',
  'system:authenticated',
  'system:unauthenticated',
  'system:anonymous',
] as const;
/** All service accounts, of the cluster or of one namespace. */
export const FORBIDDEN_SUBJECT_PREFIX = 'system:serviceaccounts';
/** Kubernetes keeps such names for itself: what a label is made into never begins so. */
export const RESERVED_PREFIX = 'system:';

/** What the API server says, and decoding where a policy got past it. */
export const NAMED_ONCE = 'exactly one of name and nameFrom must be there';
export const ONLY_GROUPS = 'only a Group takes its name from a label';
export const RULES_REQUIRED = 'rules or clusterRole must be there';
export const RULES_OR_CLUSTER_ROLE = 'rules and clusterRole exclude each other';

const NO_WILDCARD = {
  rule: "!self.contains('*')",
  message: 'wildcards are not allowed: name what is granted',
  reason: 'FieldValueForbidden',
} as const;

/** A path segment: RBAC's own rule for names of roles. */
const CLUSTER_ROLE_NAME = '^[^/%]+$';

function strings(description: string, item: Readonly<Record<string, unknown>>, maxItems: number) {
  return Type.Array(Type.String(item), { description, minItems: 1, maxItems, ...LIST_ATOMIC });
}

const policyRule = Type.Object({
  apiGroups: strings('API groups; `""` is the core group. No wildcards.', { maxLength: 253, ...cel(NO_WILDCARD) }, 16),
  resources: strings(
    'Resources, with a slash for subresources (`pods/log`). No wildcards.',
    { minLength: 1, maxLength: 253, ...cel(NO_WILDCARD) },
    32,
  ),
  resourceNames: Type.Optional(
    strings('Narrows the rule to objects of these names.', { minLength: 1, maxLength: 253 }, 32),
  ),
  verbs: strings(
    'What is allowed. No wildcards, and no escalate, bind or impersonate.',
    {
      minLength: 1,
      maxLength: 40,
      ...cel(NO_WILDCARD, {
        rule: `!(self in ${celList(FORBIDDEN_VERBS)})`,
        message: 'escalate, bind and impersonate are not allowed',
        reason: 'FieldValueForbidden',
      }),
    },
    16,
  ),
});

const nameFrom = Type.Object(
  {
    label: {
      ...labelKey,
      description: "A label of the namespace; `kubernetes.io/metadata.name` gives the namespace's name.",
    } as typeof labelKey,
    prefix: Type.String({
      description: "What stands before the label's value.",
      minLength: 1,
      maxLength: 128,
      ...cel({
        rule: `!self.startsWith('${RESERVED_PREFIX}')`,
        message: `must not begin with ${RESERVED_PREFIX}, which Kubernetes keeps for itself`,
        reason: 'FieldValueForbidden',
      }),
    }),
    suffix: Type.Optional(Type.String({ description: 'What stands behind it.', minLength: 1, maxLength: 128 })),
  },
  {
    description:
      'A group whose name comes from a label of the bound namespace: one policy for every team. Where the label is missing the group is not bound, and the slot is Blocked.',
  },
);

const subject = Type.Object(
  {
    kind: oneOf(['User', 'Group', 'ServiceAccount'], 'What the name means.'),
    name: Type.Optional(
      Type.String({
        description: 'Name of the user, group or service account.',
        minLength: 1,
        maxLength: 253,
        ...cel({
          rule: `!(self in ${celList(FORBIDDEN_SUBJECTS)}) && !self.startsWith('${FORBIDDEN_SUBJECT_PREFIX}')`,
          message: 'must not be a system group or user that stands for everyone or for administrators',
          reason: 'FieldValueForbidden',
        }),
      }),
    ),
    nameFrom: Type.Optional(nameFrom),
    namespace: Type.Optional(
      Type.String({
        description: "A service account's namespace; the bound namespace itself where absent.",
        minLength: 1,
        maxLength: 63,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      }),
    ),
  },
  cel(
    { ...invalid('has(self.name) != has(self.nameFrom)', NAMED_ONCE), fieldPath: '.name' },
    { ...invalid("self.kind == 'Group' || !has(self.nameFrom)", ONLY_GROUPS), fieldPath: '.nameFrom' },
    {
      rule: "self.kind == 'ServiceAccount' || !has(self.__namespace__)",
      message: 'only a ServiceAccount has a namespace',
      fieldPath: '.namespace',
    },
  ),
);

const entry = Type.Object(
  {
    name: slotName,
    rules: Type.Optional(
      Type.Array(policyRule, {
        description: 'What an own Role grants. Never more than is grantable: the API server refuses the rest.',
        minItems: 1,
        maxItems: 16,
        ...LIST_ATOMIC,
      }),
    ),
    clusterRole: Type.Optional(
      Type.String({
        description:
          'An existing ClusterRole, bound in the namespace instead of own rules. Parapet has to be allowed to `bind` it.',
        minLength: 1,
        maxLength: 253,
        pattern: CLUSTER_ROLE_NAME,
      }),
    ),
    subjects: Type.Array(subject, { description: 'Who gets it.', minItems: 1, maxItems: 16, ...LIST_ATOMIC }),
  },
  cel(
    {
      ...invalid('has(self.rules) || has(self.clusterRole)', RULES_REQUIRED),
      reason: 'FieldValueRequired',
      fieldPath: '.rules',
    },
    { ...invalid('!(has(self.rules) && has(self.clusterRole))', RULES_OR_CLUSTER_ROLE), fieldPath: '.clusterRole' },
  ),
);

/** Schema of `spec.roles`. */
export const rolesSchema = Type.Array(entry, {
  description:
    'Least privilege: a RoleBinding `parapet-<name>` to a Role of the same name or to a ClusterRole. The highest priority wins a name as a whole.',
  minItems: 1,
  maxItems: 16,
  ...listMap('name'),
});

export type RolesBlock = Static<typeof rolesSchema>;
export type RoleEntry = RolesBlock[number];
export type PolicyRule = Static<typeof policyRule>;
export type Subject = Static<typeof subject>;

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
