import { Type } from 'typebox';
import type { Static } from 'typebox';
import { labelSelectorSchema } from '../slots/label-selector-schema.ts';
import { slotKinds } from '../slots/registry.ts';
import { LIST_SET, oneOf } from '../slots/schema.ts';
import type { DeletionPolicy } from './policy.ts';

/** Namespace names with `*` and `?`. */
function nameGlobs(description: string) {
  const glob = Type.String({ minLength: 1, maxLength: 63, pattern: '^[-a-z0-9*?]+$' });
  return Type.Array(glob, { minItems: 1, maxItems: 64, ...LIST_SET, description });
}

/** The namespaces that policies and exceptions name. */
export const includeNames = Type.Optional(
  nameGlobs('Names, or globs with `*` and `?`, of which one must match. Protected namespaces need their exact name.'),
);

/** Whether objects that were there before Parapet are taken over. */
const ADOPTIONS = ['Never', 'Force'] as const;

/** How much of what others open is too much. */
export const WIDENINGS = ['Broad', 'Any', 'Ignore'] as const;

const widening = Type.Object(
  {
    networkPolicies: Type.Optional(
      oneOf(
        WIDENINGS,
        "Others' NetworkPolicies in directions that defaultDeny closes: Broad reports what is open to everyone, to all namespaces or to metadata addresses, Any whatever exceeds what policies allow. Broad where absent.",
      ),
    ),
    roleBindings: Type.Optional(
      oneOf(
        WIDENINGS,
        "Others' RoleBindings: Broad reports wildcards, escalate, bind, impersonate, reading Secrets and executing into pods, Any whatever exceeds what policies grant the same subject. Broad where absent.",
      ),
    ),
  },
  {
    description: "What is reported of others' objects that open what this policy closes. Nothing is written to them.",
    minProperties: 1,
  },
);

/** The members of `spec` that say what a policy selects and how it acts. */
export const policyHeaderSchema = Type.Object({
  mode: oneOf(['Audit', 'Enforce'], 'Audit reports only. Enforce creates, repairs and prunes.'),
  suspend: Type.Optional(
    Type.Boolean({ description: 'Stop acting on what this policy holds; keep reporting.', default: false }),
  ),
  priority: Type.Optional(
    Type.Integer({
      description: 'Higher wins a slot (ClusterNetworkPolicy counts the other way round).',
      minimum: 0,
      maximum: 1000,
      default: 100,
    }),
  ),
  adoption: Type.Optional({
    ...oneOf(
      ADOPTIONS,
      "What happens to somebody else's object on the name of one of ours: Never leaves and reports it, Force takes it over. Never where absent.",
    ),
  }),
  deletionPolicy: Type.Optional(
    Type.Unsafe<DeletionPolicy>({
      ...oneOf(
        ['Orphan', 'Delete'],
        'What becomes of the objects where the policy is deleted or a namespace leaves its selection. Orphan keeps them.',
      ),
      default: 'Orphan',
    }),
  ),
  widening: Type.Optional(widening),
  tightening: Type.Optional({
    ...oneOf(
      ['Hold', 'Apply'] as const,
      'Whether an edit that running workloads would violate waits until they no longer do (Hold, also where absent), or is applied at once.',
    ),
  }),
  namespaceSelector: labelSelectorSchema(
    'Labels of the namespaces; `{}` selects all. ANDed with includeNames and excludeNames.',
  ),
  includeNames,
  excludeNames: Type.Optional(nameGlobs('Names, or globs with `*` and `?`, of which none may match.')),
});

export type PolicyHeader = Static<typeof policyHeaderSchema>;

/** `spec` as a whole: the header and every slot kind's block. */
export const policySpecSchema = Type.Object(
  {
    ...policyHeaderSchema.properties,
    ...Object.fromEntries(slotKinds.map(({ field, schema }) => [field, Type.Optional(schema)])),
  },
  { description: 'The posture that the selected namespaces are kept at. An absent block is not managed.' },
);
