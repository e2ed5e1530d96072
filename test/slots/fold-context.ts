import type { PlatformFacts } from '../../src/slots/platform-facts.ts';
import type { Claim, Desired, FoldContext, HeldObject } from '../../src/slots/slot-kind.ts';

export const platform: PlatformFacts = {
  dns: { peers: [{ namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } }], ports: [53] },
  apiServer: {
    service: [{ ip: '10.96.0.1', port: 443 }],
    endpoints: [
      { ip: '192.0.2.9', port: 6443 },
      { ip: '192.0.2.7', port: 6443 },
    ],
  },
  nodeCidrs: [],
  cloud: 'unknown',
  cni: { name: 'unknown', ipBlockMatchesNodes: true },
};

/** The namespace `team-a` on an ordinary cluster, with nothing held unless said so. */
export function context(overrides: Partial<FoldContext> = {}): FoldContext {
  return { namespace: { name: 'team-a', labels: {} }, platform, held: [], ...overrides };
}

/** A default-deny that `policies` outside the fold hold, all of them departed. */
export function heldDeny(policyTypes: readonly string[], ...policies: readonly string[]): HeldObject {
  const content = { spec: { policyTypes } };
  return { kind: 'NetworkPolicy', name: 'parapet-default-deny', content, policies, frozen: [] };
}

export function claim<Block>(policy: string, block: Block, priority = 100): Claim<Block> {
  return { policy, priority, block };
}

/** The one desired object of this name; an error where it is missing. */
export function named(desired: readonly Desired[], name: string, kind?: string): Desired {
  const found = desired.find((candidate) => candidate.name === name && (kind === undefined || candidate.kind === kind));
  if (found === undefined) throw new Error(`${name} is not among ${desired.map((other) => other.name).join(', ')}`);
  return found;
}
