import type { Policy } from '../api/policy.ts';
import { NOTHING_FOUND, platformFacts, unknownFacts } from '../kube/platform-facts.ts';
import type { NetworkPolicyBlock, Preset } from '../slots/network-policy-schema.ts';
import type { PlatformFacts } from '../slots/platform-facts.ts';
import { toldPlatform } from './platform-flags.ts';
import type { PlatformFlags } from './platform-flags.ts';

/** What a cluster is like, and which parts of it nobody knows. */
export interface KnownPlatform {
  readonly facts: PlatformFacts;
  readonly assumed: readonly (keyof PlatformFacts)[];
}

/** The platform as flags tell it, where no cluster is asked. */
export async function platformOf(flags: PlatformFlags): Promise<KnownPlatform> {
  const told = await toldPlatform(flags);
  const facts = platformFacts(NOTHING_FOUND, [], told);
  return { facts, assumed: unknownFacts(facts, NOTHING_FOUND, told) };
}

interface Assumption {
  readonly line: string;
  /** Said only where one of these is asked for; always where none is named. */
  readonly matters?: Preset;
}

const ASSUMPTIONS: Readonly<Partial<Record<keyof PlatformFacts, Assumption>>> = {
  dns: {
    line: 'assumed: DNS is the pods k8s-app=kube-dns of kube-system at port 53 (--platform FILE or --dns tells better)',
  },
  apiServer: {
    line: 'unknown: addresses of the API server, so `allow: [KubernetesAPI]` opens nothing here (--platform FILE tells)',
  },
  nodeCidrs: {
    line: 'unknown: networks of the nodes, so `allow: [APIServerWebhooks]` does not open to them (--node-cidrs tells)',
    matters: 'APIServerWebhooks',
  },
  cloud: {
    line: 'unknown: whose cloud it is, so `allow: [CloudIdentity]` opens nothing here (--cloud tells)',
    matters: 'CloudIdentity',
  },
};

/** One line for each part that is assumed and makes a difference to the policies; none where everything is known. */
export function toldAssumptions({ assumed }: KnownPlatform, policies: readonly Policy[]): readonly string[] {
  const asked = new Set(policies.flatMap(({ blocks }) => allowed(blocks['networkPolicy'])));
  return assumed.flatMap((member) => {
    const { line, matters } = ASSUMPTIONS[member] ?? {};
    return line === undefined || (matters !== undefined && !asked.has(matters)) ? [] : [line];
  });
}

function allowed(block: unknown): readonly Preset[] {
  return (block as NetworkPolicyBlock | undefined)?.allow ?? [];
}
