import { containsCidr, hasHostBits, parseCidr } from '../semantics/cidr.ts';
import { isPortName } from '../semantics/names.ts';
import { selectorProblems } from '../semantics/selector.ts';
import type { LabelSelector } from '../semantics/selector.ts';
import { metadataCloud } from './metadata-cutouts.ts';
import type {
  NetworkPolicyBlock,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from './network-policy-schema.ts';
import { duplicateProblems } from './problems.ts';
import type { Problem } from './slot-kind.ts';

/** What the CRD's rules refuse, for policies that were stored before the rules existed. */
export function networkPolicyProblems(block: NetworkPolicyBlock): readonly Problem[] {
  const policies = block.policies ?? [];
  return [
    ...duplicateProblems(policies, 'name', 'policies'),
    ...policies.flatMap(({ spec }, index) => specProblems(spec, `policies[${index}].spec`)),
  ];
}

function specProblems(spec: NetworkPolicySpec, path: string): readonly Problem[] {
  const ingress = (spec.ingress ?? []).flatMap(({ from, ports }, index) => [
    ...peersProblems(from, `${path}.ingress[${index}].from`),
    ...portsProblems(ports, `${path}.ingress[${index}].ports`),
  ]);
  const egress = (spec.egress ?? []).flatMap(({ to, ports }, index) => [
    ...peersProblems(to, `${path}.egress[${index}].to`),
    ...portsProblems(ports, `${path}.egress[${index}].ports`),
  ]);
  return [...selectorAt(spec.podSelector, `${path}.podSelector`), ...ingress, ...egress];
}

function peersProblems(peers: readonly NetworkPolicyPeer[] = [], path: string): readonly Problem[] {
  return peers.flatMap((peer, index) => peerProblems(peer, `${path}[${index}]`));
}

function peerProblems(peer: NetworkPolicyPeer, path: string): readonly Problem[] {
  const selectors = [
    ...selectorAt(peer.podSelector, `${path}.podSelector`),
    ...selectorAt(peer.namespaceSelector, `${path}.namespaceSelector`),
  ];
  const selects = peer.podSelector !== undefined || peer.namespaceSelector !== undefined;
  if (peer.ipBlock === undefined) {
    return selects ? selectors : [{ path, message: 'a peer must name pods, namespaces or an ipBlock' }];
  }
  const both = selects ? [{ path, message: 'ipBlock cannot be combined with selectors in one peer' }] : [];
  return [...selectors, ...both, ...ipBlockProblems(peer.ipBlock, `${path}.ipBlock`)];
}

function ipBlockProblems(block: NonNullable<NetworkPolicyPeer['ipBlock']>, path: string): readonly Problem[] {
  const outer = parseCidr(block.cidr);
  const exceptions = (block.except ?? []).flatMap((except, index) => {
    const inner = parseCidr(except);
    const within =
      outer !== undefined && inner !== undefined && containsCidr(outer, inner) && inner.prefix > outer.prefix;
    const faults = cidrProblems(except, `${path}.except[${index}]`);
    if (within || faults.length > 0) return faults;
    return [
      { path: `${path}.except[${index}]`, message: `${except} must be smaller than ${block.cidr} and within it` },
    ];
  });
  const cloud = outer && metadataCloud(outer);
  const metadata = cloud === undefined ? [] : [{ path: `${path}.cidr`, message: metadataMessage(block.cidr, cloud) }];
  return [...cidrProblems(block.cidr, `${path}.cidr`), ...metadata, ...exceptions];
}

function cidrProblems(text: string, path: string): readonly Problem[] {
  const cidr = parseCidr(text);
  if (cidr === undefined) return [{ path, message: `"${text}" is not a network in CIDR notation` }];
  return hasHostBits(cidr) ? [{ path, message: `"${text}" has host bits: clear them` }] : [];
}

function metadataMessage(cidr: string, cloud: string): string {
  return `${cidr} is a metadata address (${cloud}), which hands out credentials: use allow: [CloudIdentity]`;
}

function portsProblems(ports: readonly NetworkPolicyPort[] = [], path: string): readonly Problem[] {
  return ports.flatMap(({ port, endPort }, index) => {
    const bad = port !== undefined && !isPort(port);
    const range = endPort === undefined || (typeof port === 'number' && endPort >= port);
    return [
      ...(bad
        ? [{ path: `${path}[${index}].port`, message: `"${port}" is neither a port number nor a port name` }]
        : []),
      ...(range
        ? []
        : [{ path: `${path}[${index}].endPort`, message: 'endPort needs a numeric port that is not larger' }]),
    ];
  });
}

function isPort(port: string | number): boolean {
  return typeof port === 'number' ? port >= 1 && port <= 65535 : isPortName(port);
}

function selectorAt(selector: LabelSelector | undefined, path: string): readonly Problem[] {
  const problems = selector === undefined ? [] : selectorProblems(selector);
  return problems.map((problem) => ({ path: `${path}.${problem.path}`, message: problem.message }));
}
