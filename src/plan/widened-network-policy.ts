import type { Policy } from '../api/policy.ts';
import { asList, asObject } from '../slots/canonical.ts';
import type { Direction, NetworkPolicySpec } from '../slots/network-policy-schema.ts';
import type { Content } from '../slots/slot-kind.ts';
import { broadNetworkPolicy } from '../widening/broad-network-policy.ts';
import type { BroadOpening } from '../widening/broad-network-policy.ts';
import { exceedingNetworkPolicy } from '../widening/exceeding-network-policy.ts';
import type { FoldedSlots } from './fold.ts';
import { Judged } from './judged.ts';
import { readNetworkPolicySpec } from './read-stranger.ts';
import type { LiveObject } from './snapshot.ts';
import type { JudgedPosture, Widening } from './widened.ts';

const DEFAULT_DENY = 'NetworkPolicy/parapet-default-deny';

/** What a NetworkPolicy opens in directions that the policies' default-deny closes. */
export function widenedByNetworkPolicy({ content }: LiveObject, posture: JudgedPosture): Widening | undefined {
  const minding = posture.policies.flatMap((policy) => {
    const opening = openingFor(policy, content, posture);
    return opening === undefined ? [] : [{ policy: policy.name, ...opening }];
  });
  const [worst] = minding.toSorted((a, b) => Number(a.reason === 'OpensMore') - Number(b.reason === 'OpensMore'));
  if (worst === undefined) return undefined;
  const policies = minding.map(({ policy }) => policy).toSorted();
  const { reason, opens } = worst;
  return { reason, opens, remedy: 'narrow it or remove it', policies };
}

type Opening = Pick<Widening, 'reason' | 'opens'>;

function openingFor(policy: Policy, content: Content, posture: JudgedPosture): Opening | undefined {
  const closed = closedBy(policy).filter((direction) => isDenied(direction, posture.wanted));
  if (policy.widening.networkPolicies === 'Ignore' || closed.length === 0) return undefined;
  const broad = broadOpening(content, closed);
  if (broad !== undefined || policy.widening.networkPolicies === 'Broad') return broad;
  const { name, labels } = posture.snapshot.namespace;
  const question = { allowed: allowedBy(posture.wanted), closed, namespace: { name, labels } };
  const exceeding = exceedings.verdict(content, JSON.stringify(question), () =>
    exceedingNetworkPolicy({ spec: readNetworkPolicySpec(content), ...question }),
  );
  return exceeding === undefined ? undefined : { reason: 'OpensMore', opens: `${exceeding}, which no policy allows` };
}

function closedBy({ blocks, invalidFields }: Policy): readonly Direction[] {
  if (invalidFields.includes('networkPolicy')) return [];
  const directions = asList(asObject(blocks['networkPolicy'])['defaultDeny']);
  return (['Egress', 'Ingress'] as const).filter((direction) => directions.includes(direction));
}

/** What an exception opens is not closed, whatever the policy says. */
function isDenied(direction: Direction, wanted: FoldedSlots): boolean {
  const spec = asObject(wanted.get(DEFAULT_DENY)?.content['spec']);
  return asList(spec['policyTypes']).includes(direction);
}

function allowedBy(wanted: FoldedSlots): readonly NetworkPolicySpec[] {
  return [...wanted.values()]
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ content }) => readNetworkPolicySpec(content));
}

/** Thousands of namespaces have the same policies. */
const broads = new Judged<BroadOpening | undefined>();
const exceedings = new Judged<string | undefined>();

function broadOpening(content: Content, closed: readonly Direction[]): BroadOpening | undefined {
  return broads.verdict(content, closed.join(), () => broadNetworkPolicy(readNetworkPolicySpec(content), closed));
}
