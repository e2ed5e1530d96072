import { Type } from 'typebox';
import type { Static } from 'typebox';
import { metadataAddresses } from '../semantics/metadata-addresses.ts';
import { labelSelectorSchema } from './label-selector-schema.ts';
import { LIST_ATOMIC, LIST_SET, cel, invalid, listMap, oneOf, slotName } from './schema.ts';
import type { CelRule } from './schema.ts';

/** Host bits are refused by the API server since 1.36, so they are refused here first. */
const CIDR_RULE = 'isCIDR(self) && cidr(self) == cidr(self).masked()';

/** Each of them is one address, so that what is equal to one or inside is spelled like it once it is canonical. */
const METADATA = metadataAddresses.map(({ address }) => `'${address}/${address.includes(':') ? 128 : 32}'`);
const METADATA_RULE = `!isCIDR(self) || !(string(cidr(self)) in [${METADATA.join(', ')}])`;

function cidr(description: string, ...rules: readonly CelRule[]) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 43,
    ...cel(invalid(CIDR_RULE, 'must be a network such as 10.0.0.0/8 or 2001:db8::/32, without host bits'), ...rules),
  });
}

const ipBlock = Type.Object(
  {
    cidr: cidr(
      'The network, IPv4 or IPv6. Metadata addresses of clouds are cut out of it.',
      invalid(
        METADATA_RULE,
        'is the metadata address of a cloud, which hands out credentials; `allow: [CloudIdentity]` opens what workloads need of it',
      ),
    ),
    except: Type.Optional(
      Type.Array(cidr('A network within `cidr`.'), {
        description: 'Networks within `cidr` that stay closed.',
        // More would make the rule below cost more than the API server grants.
        maxItems: 12,
        ...LIST_ATOMIC,
      }),
    ),
  },
  {
    description: 'Addresses rather than pods. Most clusters match it after address translation.',
    ...cel({
      rule: '!has(self.except) || (isCIDR(self.cidr) && self.except.all(e, isCIDR(e) && cidr(self.cidr).containsCIDR(e) && e != self.cidr))',
      message: 'every except must be a network smaller than cidr and within it',
      fieldPath: '.except',
    }),
  },
);

const peer = Type.Object(
  {
    ipBlock: Type.Optional(ipBlock),
    namespaceSelector: Type.Optional(labelSelectorSchema('Pods of these namespaces; `{}` is all of them.')),
    podSelector: Type.Optional(labelSelectorSchema('These pods, of this namespace unless namespaceSelector is there.')),
  },
  cel(
    invalid(
      'has(self.ipBlock) || has(self.podSelector) || has(self.namespaceSelector)',
      'a peer must name pods, namespaces or an ipBlock',
    ),
    invalid(
      '!has(self.ipBlock) || (!has(self.podSelector) && !has(self.namespaceSelector))',
      'ipBlock cannot be combined with selectors in one peer',
    ),
  ),
);

const port = Type.Object(
  {
    protocol: Type.Optional(oneOf(['TCP', 'UDP', 'SCTP'], 'TCP where absent.')),
    port: Type.Optional(
      Type.Unsafe<string | number>({
        description: 'Number or name; absent means every port.',
        anyOf: [{ type: 'integer' }, { type: 'string' }],
        'x-kubernetes-int-or-string': true,
        maxLength: 15,
        pattern: '^([a-z0-9]+-)*[a-z0-9]+$',
        ...cel(
          invalid('type(self) == string || (self >= 1 && self <= 65535)', 'must be between 1 and 65535'),
          invalid(
            "type(self) == int || self.matches('[a-z]')",
            'a port name needs a letter; write port numbers unquoted',
          ),
        ),
      }),
    ),
    endPort: Type.Optional(
      Type.Integer({ description: 'Last port of a range from `port`.', minimum: 1, maximum: 65535 }),
    ),
  },
  cel({
    rule: '!has(self.endPort) || (has(self.port) && type(self.port) == int && self.endPort >= self.port)',
    message: 'endPort needs a numeric port that is not larger',
    fieldPath: '.endPort',
  }),
);

const ports = Type.Optional(
  Type.Array(port, { description: 'Absent means every port.', maxItems: 32, ...LIST_ATOMIC }),
);

function peers(description: string) {
  return Type.Optional(Type.Array(peer, { description, maxItems: 32, ...LIST_ATOMIC }));
}

const PRESETS = ['DNS', 'SameNamespace', 'KubernetesAPI', 'APIServerWebhooks', 'CloudIdentity'] as const;

const direction = oneOf(['Ingress', 'Egress'], 'Ingress or Egress.');

const networkPolicySpec = Type.Object(
  {
    podSelector: Type.Optional(labelSelectorSchema('The pods it applies to; absent or `{}` is every pod.')),
    policyTypes: Type.Optional(
      Type.Array(direction, {
        description: 'Directions it isolates. Where absent: Ingress, and Egress if there are egress rules.',
        maxItems: 2,
        ...LIST_SET,
      }),
    ),
    ingress: Type.Optional(
      Type.Array(Type.Object({ from: peers('Who may connect; absent means everyone.'), ports }), {
        description: 'What may reach the pods.',
        maxItems: 16,
        ...LIST_ATOMIC,
      }),
    ),
    egress: Type.Optional(
      Type.Array(
        Type.Object({
          to: peers('Where pods may connect; absent means everywhere but metadata addresses of clouds.'),
          ports,
        }),
        {
          description: 'What the pods may reach.',
          maxItems: 16,
          ...LIST_ATOMIC,
        },
      ),
    ),
  },
  { description: 'A NetworkPolicySpec, applied as written but for metadata addresses of clouds, which stay closed.' },
);

/** Schema of `spec.networkPolicy`. */
export const networkPolicySchema = Type.Object(
  {
    defaultDeny: Type.Optional(
      Type.Array(direction, {
        description:
          'Directions closed for every pod of the namespace (hostNetwork pods excepted: NetworkPolicies do not cover them). A direction is closed if any policy closes it.',
        minItems: 1,
        maxItems: 2,
        ...LIST_SET,
      }),
    ),
    allow: Type.Optional(
      Type.Array(oneOf(PRESETS, 'A preset; what it opens follows the platform.'), {
        description: 'What stays open in closed directions. What several policies allow adds up.',
        minItems: 1,
        maxItems: PRESETS.length,
        ...LIST_SET,
      }),
    ),
    policies: Type.Optional(
      Type.Array(Type.Object({ name: slotName, spec: networkPolicySpec }), {
        description: 'Further policies, `parapet-policy-<name>`. The highest priority wins a name as a whole.',
        minItems: 1,
        maxItems: 16,
        ...listMap('name'),
      }),
    ),
  },
  { description: 'Which traffic pods may have.', minProperties: 1 },
);

export type NetworkPolicyBlock = Static<typeof networkPolicySchema>;
export type NetworkPolicySpec = Static<typeof networkPolicySpec>;
export type IpBlock = Static<typeof ipBlock>;
export type NetworkPolicyPeer = Static<typeof peer>;
export type NetworkPolicyPort = Static<typeof port>;
export type Direction = Static<typeof direction>;
export type Preset = (typeof PRESETS)[number];
