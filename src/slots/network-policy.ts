import { allowPresets, openedDirections } from './allow-presets.ts';
import type { AllowPreset } from './allow-presets.ts';
import { asList, asObject, asSet, canonical } from './canonical.ts';
import { highestPriority } from './highest-priority.ts';
import type { Json } from './kube-object.ts';
import { closedToMetadata, everywhereUnder } from './metadata-cutouts.ts';
import { laidOverByName } from './overlay.ts';
import { networkPolicyProblems } from './network-policy-problems.ts';
import { networkPolicySchema } from './network-policy-schema.ts';
import type { Direction, NetworkPolicyBlock, NetworkPolicySpec } from './network-policy-schema.ts';
import type { CniFacts } from './platform-facts.ts';
import type { Claim, Content, Desired, FoldContext, HeldObject, ObjectKind, SlotKind } from './slot-kind.ts';

const KIND = 'NetworkPolicy';
const DEFAULT_DENY = 'parapet-default-deny';
const DEFAULT_DENY_SLOT = `${KIND}/${DEFAULT_DENY}`;
const DIRECTIONS = ['Egress', 'Ingress'] as const;

/** Who closes a direction; a direction that stays open is absent. */
type Closed = ReadonlyMap<Direction, readonly string[]>;

const networkPolicyObject: ObjectKind = {
  resource: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: KIND, namespaced: true },
  members: ['spec'],
  normalize: ({ spec }) => ({ spec: canonical(withServerDefaults(asObject(spec)), ['matchLabels']) }),
  order: (name, live, desired) => {
    if (!isDefaultDeny(name)) return 10;
    // After the one that takes its place: as long as that can't be written, this one stays.
    if (desired === undefined) return 21;
    return isLoosened(live, desired) ? 5 : 20;
  },
  competes: (other, desired, generated) => {
    const twice = generated ? closedFor(other).filter((direction) => closedFor(desired).includes(direction)) : [];
    return twice.length === 0 ? undefined : `closes ${twice.join(' and ')} for every pod as well`;
  },
};

/**
 * Default-deny, presets and further policies.
 *
 * Allows stand before the default-deny is created and while it exists, since from the first policy on pods are
 * isolated; a default-deny that opens a direction goes first, or its allows would cut the direction off for a moment.
 */
export const networkPolicy: SlotKind<NetworkPolicyBlock> = {
  field: 'networkPolicy',
  schema: networkPolicySchema,
  objects: [networkPolicyObject],
  validate: networkPolicyProblems,
  fold: (claims, context) => {
    const closed = closedDirections(claims, context.held);
    const allows = allowPresets.flatMap((preset) => foldPreset(preset, claims, { closed, context }));
    const further = highestPriority(claims, (block) => furtherPolicies(block, context.platform.cni));
    return [...foldDefaultDeny(claims, closed, context.held), ...allows, ...further];
  },
  overlay: overlaid,
};

/** A default-deny is replaced as a whole, so that an exception can open a direction; what it allows adds up. */
function overlaid(blocks: readonly NetworkPolicyBlock[], override: NetworkPolicyBlock): readonly NetworkPolicyBlock[] {
  const { defaultDeny, allow = [], policies = [] } = override;
  const isClosed = blocks.some((block) => block.defaultDeny !== undefined);
  const allowed = new Set(blocks.flatMap((block) => block.allow ?? []));
  const further = laidOverByName(
    blocks.map((block) => block.policies ?? []),
    policies,
  );
  return blocks.map((block, index): NetworkPolicyBlock => {
    const closes = block.defaultDeny !== undefined || (index === 0 && !isClosed);
    const allows = [...(block.allow ?? []), ...(index === 0 ? allow.filter((preset) => !allowed.has(preset)) : [])];
    const own = further[index] ?? [];
    return {
      ...block,
      ...(defaultDeny !== undefined && closes ? { defaultDeny } : {}),
      ...(allows.length > 0 ? { allow: allows } : {}),
      ...(own.length > 0 ? { policies: [...own] } : {}),
    };
  });
}

/** Holders outside the fold count only where no claim closes the direction: they then are why it is closed. */
function closedDirections(claims: readonly Claim<NetworkPolicyBlock>[], held: readonly HeldObject[]): Closed {
  const closers = DIRECTIONS.map((direction) => {
    const claimed = claims.filter((claim) => denied(claim).includes(direction)).map(({ policy }) => policy);
    return [direction, claimed.length > 0 ? claimed : holdersOf(direction, held)] as const;
  });
  return new Map(closers.filter(([, policies]) => policies.length > 0));
}

/** The directions a claim closes. */
function denied({ block, lifted }: Claim<NetworkPolicyBlock>): readonly Direction[] {
  return lifted?.(DEFAULT_DENY_SLOT) === true ? [] : (block.defaultDeny ?? []);
}

function holdersOf(direction: Direction, held: readonly HeldObject[]): readonly string[] {
  return held
    .filter((object) => isHeldDeny(object) && policyTypesOf(object.content).includes(direction))
    .flatMap(({ policies }) => policies);
}

function isHeldDeny({ kind, name }: HeldObject): boolean {
  return kind === KIND && isDefaultDeny(name);
}

/**
 * Strictest wins. Nothing where no claim asks for it: what is merely held is not the fold's to write. Frozen holders stay
 * on record though claims close the same: else the direction would go with these claims.
 */
function foldDefaultDeny(
  claims: readonly Claim<NetworkPolicyBlock>[],
  closed: Closed,
  held: readonly HeldObject[],
): readonly Desired[] {
  const claimed = new Set(claims.flatMap(denied));
  if (claimed.size === 0) return [];
  const spec = { podSelector: {}, policyTypes: [...closed.keys()] };
  const frozen = held.filter(isHeldDeny).flatMap((object) => object.frozen);
  const desired: Desired = {
    ...desiredPolicy(DEFAULT_DENY, spec),
    policies: sortedUnique([...[...closed.values()].flat(), ...frozen]),
    conflicts: [],
    includesHeld: true,
    claimedWhole: claimed.size === closed.size,
    besideStrangers: true,
  };
  return [desired];
}

/** A union, rendered for closed directions only: in an open one it would isolate pods by itself. */
function foldPreset(
  { preset, name, rules, caveat }: AllowPreset,
  claims: readonly Claim<NetworkPolicyBlock>[],
  { closed, context }: { readonly closed: Closed; readonly context: FoldContext },
): readonly Desired[] {
  const asking = claims
    .filter(({ block, lifted }) => block.allow?.includes(preset) && lifted?.(`${KIND}/${name}`) !== true)
    .map(({ policy }) => policy);
  const opened = rules(context.platform);
  const said = caveat?.(context.platform);
  const policyTypes = openedDirections(opened).filter((direction) => closed.has(direction));
  if (asking.length === 0 || policyTypes.length === 0) return [];
  const spec = {
    podSelector: {},
    policyTypes,
    ingress: policyTypes.includes('Ingress') ? opened.Ingress : [],
    egress: policyTypes.includes('Egress') ? opened.Egress : [],
  };
  const closers = policyTypes.flatMap((direction) => closed.get(direction) ?? []);
  const policies = sortedUnique([...asking, ...closers]);
  return [{ ...desiredPolicy(name, spec), policies, conflicts: [], ...(said === undefined ? {} : { caveat: said }) }];
}

function furtherPolicies(
  { policies = [] }: NetworkPolicyBlock,
  cni: CniFacts,
): readonly Pick<Desired, 'kind' | 'name' | 'content'>[] {
  return policies.map(({ name, spec }) =>
    desiredPolicy(
      `parapet-policy-${name}`,
      closedToMetadata({ ...spec, policyTypes: typesOf(spec) }, everywhereUnder(cni)),
    ),
  );
}

/** What the API server takes an absent list for. */
function typesOf({ policyTypes = [], egress = [] }: NetworkPolicySpec): Direction[] {
  if (policyTypes.length > 0) return policyTypes;
  return egress.length > 0 ? [...DIRECTIONS] : ['Ingress'];
}

function desiredPolicy(name: string, spec: unknown): Pick<Desired, 'kind' | 'name' | 'content'> {
  return { kind: KIND, name, content: networkPolicyObject.normalize({ spec }) };
}

/** SetDefaults_NetworkPolicy and SetDefaults_NetworkPolicyPort of Kubernetes' networking/v1. */
function withServerDefaults(spec: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const ingress = asList(spec['ingress']).map(withPortDefaults);
  const egress = asList(spec['egress']).map(withPortDefaults);
  const implied = egress.length > 0 ? DIRECTIONS : ['Ingress'];
  const named = asSet(spec['policyTypes']);
  return {
    ...spec,
    podSelector: spec['podSelector'] ?? {},
    ingress,
    egress,
    policyTypes: named.length > 0 ? named : implied,
  };
}

function withPortDefaults(rule: Json): Json {
  const { ports, ...rest } = asObject(rule);
  return {
    ...rest,
    ports: asList(ports).map((port) => ({ ...asObject(port), protocol: asObject(port)['protocol'] ?? 'TCP' })),
  };
}

function isLoosened(live: Content | undefined, desired: Content | undefined): boolean {
  const [before, after] = [policyTypesOf(live), policyTypesOf(desired)];
  return (
    desired !== undefined && after.length < before.length && after.every((direction) => before.includes(direction))
  );
}

/** Under its own name or beside a stranger's object. */
function isDefaultDeny(name: string): boolean {
  return name === DEFAULT_DENY || name.startsWith(`${DEFAULT_DENY}-`);
}

/** The directions in which a policy isolates every pod and lets nothing through. */
function closedFor(content: Content): readonly Direction[] {
  const spec = asObject(content['spec']);
  if (Object.keys(asObject(spec['podSelector'])).length > 0) return [];
  const types = policyTypesOf(content);
  const rules = { Egress: asList(spec['egress']), Ingress: asList(spec['ingress']) };
  return DIRECTIONS.filter((direction) => types.includes(direction) && rules[direction].length === 0);
}

function policyTypesOf(content: Content | undefined): readonly Json[] {
  return asList(asObject(content?.['spec'])['policyTypes']);
}

function sortedUnique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
