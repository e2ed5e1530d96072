import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { ObjectKind, SlotKind } from './slot-kind.ts';

/** Created by kube-controller-manager in every namespace; pods run as it that name no other. */
const DEFAULT = 'default';

const schema = Type.Object(
  {
    automountServiceAccountToken: Type.Unsafe<false>({
      type: 'boolean',
      description:
        'Pods that run as the ServiceAccount `default` get no API token unless they ask for one in their own spec.',
      enum: [false],
    }),
  },
  { description: 'Fields of the ServiceAccount `default`: patched, never created. `false` wins.' },
);

type DefaultServiceAccount = Static<typeof schema>;

const serviceAccountObject: ObjectKind = {
  resource: { group: '', version: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  members: ['automountServiceAccountToken'],
  normalize: ({ automountServiceAccountToken: automount }) =>
    typeof automount === 'boolean' ? { automountServiceAccountToken: automount } : {},
  // After the default-deny: a new namespace is closed first.
  order: () => 80,
  fields: { only: DEFAULT, settle: (desired) => desired },
};

/** The one thing to ask for is the strictest: there is nothing to fold but who asks. */
export const serviceAccount: SlotKind<DefaultServiceAccount> = {
  field: 'defaultServiceAccount',
  schema,
  objects: [serviceAccountObject],
  validate: () => [],
  fold: (claims, { held }) => {
    if (claims.length === 0) return [];
    const policies = [...claims.map(({ policy }) => policy), ...held.flatMap(({ frozen }) => frozen)].toSorted();
    const content = serviceAccountObject.normalize({ automountServiceAccountToken: false });
    return [
      {
        kind: 'ServiceAccount',
        name: DEFAULT,
        content,
        policies,
        conflicts: [],
        includesHeld: true,
        claimedWhole: true,
      },
    ];
  },
};
