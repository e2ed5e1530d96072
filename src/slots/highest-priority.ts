import type { Claim, Conflict, Desired } from './slot-kind.ts';

/** An object that one policy asks for, before it is known who wins its slot. */
export type Proposal = Pick<Desired, 'kind' | 'name' | 'content' | 'needs' | 'flaw'>;

interface Bid {
  readonly policy: string;
  readonly priority: number;
  readonly proposal: Proposal;
}

/** Per object name the highest priority wins the whole slot; at equal priority the smaller policy name. Sorted. */
export function highestPriority<Block>(
  claims: readonly Claim<Block>[],
  propose: (block: Block) => readonly Proposal[],
): readonly Desired[] {
  const bids = claims
    .flatMap(({ policy, priority, block, lifted }) =>
      propose(block)
        .filter(({ kind, name }) => lifted?.(`${kind}/${name}`) !== true)
        .map((proposal): Bid => ({ policy, priority, proposal })),
    )
    .toSorted(byPrecedence);
  const slots = Map.groupBy(bids, ({ proposal }) => `${proposal.kind}/${proposal.name}`);
  return [...slots].toSorted(([a], [b]) => compareText(a, b)).flatMap(([, rivals]) => settle(rivals));
}

function settle(rivals: readonly Bid[]): readonly Desired[] {
  const [winner, ...losers] = rivals;
  if (winner === undefined) return [];
  const content = JSON.stringify(winner.proposal.content);
  const conflicts = losers
    .filter(({ policy, priority }) => priority === winner.priority && policy !== winner.policy)
    .filter(({ proposal }) => JSON.stringify(proposal.content) !== content)
    .map(({ policy }): Conflict => ({ policy, winner: winner.policy }));
  return [{ ...winner.proposal, policies: [winner.policy], conflicts }];
}

function byPrecedence(a: Bid, b: Bid): number {
  return b.priority - a.priority || compareText(a.policy, b.policy);
}

/** By code unit: the same everywhere, unlike a locale's order. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
