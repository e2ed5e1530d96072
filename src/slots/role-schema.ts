import { Type } from 'typebox';
import type { Static } from 'typebox';
import { LIST_ATOMIC, cel, listMap, oneOf, slotName } from './schema.ts';

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

const NO_WILDCARD = {
  rule: "!self.contains('*')",
  message: 'wildcards are not allowed: name what is granted',
  reason: 'FieldValueForbidden',
} as const;

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

const subject = Type.Object(
  {
    kind: oneOf(['User', 'Group', 'ServiceAccount'], 'What the name means.'),
    name: Type.String({
      description: 'Name of the user, group or service account.',
      minLength: 1,
      maxLength: 253,
      ...cel({
        rule: `!(self in ${celList(FORBIDDEN_SUBJECTS)}) && !self.startsWith('${FORBIDDEN_SUBJECT_PREFIX}')`,
        message: 'must not be a system group or user that stands for everyone or for administrators',
        reason: 'FieldValueForbidden',
      }),
    }),
    namespace: Type.Optional(
      Type.String({
        description: "A service account's namespace; the bound namespace itself where absent.",
        minLength: 1,
        maxLength: 63,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      }),
    ),
  },
  cel({
    rule: "self.kind == 'ServiceAccount' || !has(self.__namespace__)",
    message: 'only a ServiceAccount has a namespace',
    fieldPath: '.namespace',
  }),
);

/** Schema of `spec.roles`. */
export const rolesSchema = Type.Array(
  Type.Object({
    name: slotName,
    rules: Type.Array(policyRule, {
      description: 'What the role grants. Never more than the operator itself holds: the API server refuses the rest.',
      minItems: 1,
      maxItems: 16,
      ...LIST_ATOMIC,
    }),
    subjects: Type.Array(subject, { description: 'Who gets it.', minItems: 1, maxItems: 16, ...LIST_ATOMIC }),
  }),
  {
    description:
      'Least privilege: a Role and a RoleBinding `parapet-<name>`. The highest priority wins a name as a whole.',
    minItems: 1,
    maxItems: 16,
    ...listMap('name'),
  },
);

export type RolesBlock = Static<typeof rolesSchema>;
export type PolicyRule = Static<typeof policyRule>;
export type Subject = Static<typeof subject>;

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
