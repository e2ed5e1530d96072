import { Type } from 'typebox';
import type { Static } from 'typebox';
import { comparePodSecurity, POD_SECURITY_LEVELS } from '../semantics/pod-security.ts';
import type { PodSecurity } from '../semantics/pod-security.ts';
import { asObject } from './canonical.ts';
import { namespaceResource } from './kube-object.ts';
import type { Json } from './kube-object.ts';
import { podSecurityHold } from './pod-security-hold.ts';
import { cel, invalid, oneOf } from './schema.ts';
import type { Claim, Content, Desired, HeldObject, ObjectKind, SlotKind } from './slot-kind.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LATEST = 'latest';
const [LOOSEST] = POD_SECURITY_LEVELS;
const MODES = ['audit', 'enforce', 'warn'] as const;
const NONE = 'name a level for at least one of enforce, audit and warn';

type Mode = (typeof MODES)[number];
type Labels = Readonly<Record<string, Json>>;

const schema = Type.Object(
  {
    enforce: Type.Optional(oneOf(POD_SECURITY_LEVELS, 'Pods beyond this level are refused.')),
    audit: Type.Optional(oneOf(POD_SECURITY_LEVELS, 'Pods beyond this level are noted in the audit log.')),
    warn: Type.Optional(oneOf(POD_SECURITY_LEVELS, 'Who creates a pod beyond this level is warned.')),
    version: Type.Optional(
      Type.String({
        description: 'The version of Kubernetes whose definition of these levels holds; `latest` where absent.',
        minLength: 1,
        maxLength: 8,
        pattern: '^(latest|v1\\.(0|[1-9][0-9]{0,2}))$',
      }),
    ),
  },
  {
    description:
      'Pod Security labels of the namespace. The strictest level wins for each mode, and at one level the newer version; what is stricter already is left.',
    minProperties: 1,
    ...cel(invalid('has(self.enforce) || has(self.audit) || has(self.warn)', NONE)),
  },
);

type PodSecurityBlock = Static<typeof schema>;

const namespaceObject: ObjectKind = {
  resource: namespaceResource,
  members: ['metadata'],
  normalize: ({ metadata }) => contentOf(asObject(asObject(metadata)['labels'])),
  // After the default-deny: a new namespace is closed first.
  order: () => 70,
  fields: { settle },
  hold: podSecurityHold,
};

/** The six labels that Kubernetes' own admission reads: per mode a level and the version it is defined by. */
export const podSecurity: SlotKind<PodSecurityBlock> = {
  field: 'podSecurity',
  schema,
  objects: [namespaceObject],
  validate: (block) => (MODES.some((mode) => block[mode] !== undefined) ? [] : [{ path: '', message: NONE }]),
  fold: (claims, { namespace, held }) => {
    if (claims.length === 0) return [];
    const modes = MODES.map((mode) => ({ mode, won: strictest(mode, claims, held) }));
    const labels = modes.map(({ mode, won }) => (won === undefined ? {} : spelled(mode, won)));
    const frozen = held.flatMap((object) => object.frozen);
    const desired: Desired = {
      kind: namespaceResource.kind,
      name: namespace.name,
      content: contentOf(Object.assign({}, ...labels) as Labels),
      policies: [...new Set([...modes.flatMap(({ won }) => won?.policies ?? []), ...frozen])].toSorted(),
      conflicts: [],
      includesHeld: true,
      claimedWhole: modes.every(({ won }) => won?.held !== true),
    };
    return [desired];
  },
};

/** A level, who asks for it, and whether nobody does and it is only held. */
interface Won extends PodSecurity {
  readonly policies: readonly string[];
  readonly held?: true;
}

/** The strictest that is asked for; what is held counts where it is stricter still, or nobody asks. */
function strictest(
  mode: Mode,
  claims: readonly Claim<PodSecurityBlock>[],
  held: readonly HeldObject[],
): Won | undefined {
  const asked = claims.flatMap(({ policy, block }): readonly Won[] => {
    const level = block[mode];
    return level === undefined ? [] : [{ level, version: block.version, policies: [policy] }];
  });
  const kept = held.flatMap(({ content, policies }): readonly Won[] => {
    const found = levelIn(content, mode);
    return found === undefined ? [] : [{ ...found, policies, held: true }];
  });
  return [...asked, ...kept].reduce<Won | undefined>(
    (best, next) => (best === undefined ? next : of(best, next)),
    undefined,
  );
}

/** The stricter of two; where they are the same both policies have it, unless one only holds it. */
function of(best: Won, next: Won): Won {
  const difference = comparePodSecurity(next, best);
  if (difference !== 0) return difference > 0 ? next : best;
  return next.held === true ? best : { ...best, policies: [...best.policies, ...next.policies] };
}

/** What should stand there: what is wanted, but a level that is stricter already is left to whoever set it. */
function settle(desired: Content, live: Content, own: Content): Content {
  const parts = MODES.map((mode) => {
    const [wanted, there] = [levelIn(desired, mode), levelIn(live, mode)];
    if (wanted === undefined) return {};
    const [present, ours] = [labelsOf(live, mode), labelsOf(own, mode)];
    const isOurs = Object.keys(present).every((key) => ours[key] !== undefined);
    const difference = there === undefined ? -1 : comparePodSecurity(there, wanted);
    if (difference === 0 || (difference > 0 && !isOurs)) return present;
    return { ...withoutVersion(mode, present, ours), ...spelled(mode, wanted) };
  });
  return { metadata: { labels: Object.assign({}, ...parts) as Labels } };
}

/** A version that is named already: ours is taken away, somebody else's becomes the latest, which is the same. */
function withoutVersion(mode: Mode, present: Labels, ours: Labels): Labels {
  const [, key] = keysOf(mode);
  if (present[key] === undefined) return {};
  return { [key]: ours[key] === undefined ? LATEST : null };
}

/** No version means the latest, and privileged has none. */
function spelled(mode: Mode, { level, version = LATEST }: PodSecurity): Labels {
  const [levelKey, versionKey] = keysOf(mode);
  return { [levelKey]: level, ...(version === LATEST || level === LOOSEST ? {} : { [versionKey]: version }) };
}

function levelIn(content: Content, mode: Mode): PodSecurity | undefined {
  const [levelKey, versionKey] = keysOf(mode);
  const { [levelKey]: level, [versionKey]: version } = labelsOf(content, mode);
  return typeof level === 'string' ? { level, version: typeof version === 'string' ? version : undefined } : undefined;
}

/** The labels of one mode. */
function labelsOf(content: Content, mode: Mode): Labels {
  const labels = asObject(asObject(content['metadata'])['labels']);
  return Object.fromEntries(keysOf(mode).flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
}

/** The labels that are ours to set, always in one order. */
function contentOf(labels: Labels): Content {
  const own = MODES.flatMap(keysOf).flatMap((key) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return typeof value === 'string' ? [[key, value] as const] : [];
  });
  return own.length === 0 ? {} : { metadata: { labels: Object.fromEntries(own) } };
}

function keysOf(mode: Mode): readonly [level: string, version: string] {
  return [`${PREFIX}${mode}`, `${PREFIX}${mode}-version`];
}
