import type { ExceptionExplanation, Explanation, PolicyExplanation, SlotExplanation } from './explanation.ts';
import { aligned, diffLine, someOf } from './text.ts';
import type { Shorten } from './text.ts';

/** Policies that have nothing to do with the namespace are of interest as long as they are few. */
const MAX_OTHERS = 20;

/** An explanation for people at a terminal. */
export function explainTable(explanation: Explanation, shorten: Shorten): string {
  const blocks = [
    headLines(explanation),
    policyLines(explanation.policies),
    exceptionLines(explanation.exceptions),
    slotLines(explanation.slots),
    ...explanation.slots.map((slot) => detailLines(slot, shorten)),
    clusterLines(explanation),
    platformLines(explanation),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines({ namespace, labels, terminating }: Explanation): readonly string[] {
  const pairs = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted();
  return [`Namespace ${namespace}${terminating ? ', being deleted' : ''}`, `Labels: ${pairs.join(', ') || 'none'}`];
}

function policyLines(policies: readonly PolicyExplanation[]): readonly string[] {
  if (policies.length === 0) return ['No policy.'];
  const others = policies.filter(({ selects }) => !selects);
  const shown = [...policies.filter(({ selects }) => selects), ...others.slice(0, MAX_OTHERS)];
  const rows = shown.map(({ name, mode, priority, selects, because, problems }) => [
    name,
    mode,
    String(priority),
    selects ? 'yes' : 'no',
    [...because, ...problems].join('; '),
  ]);
  const left = others.length - MAX_OTHERS;
  return [
    ...aligned([['POLICY', 'MODE', 'PRIORITY', 'SELECTS', 'BECAUSE'], ...rows]),
    ...(left > 0 ? [`and ${left} more that don't select it`] : []),
  ];
}

function exceptionLines(exceptions: readonly ExceptionExplanation[]): readonly string[] {
  if (exceptions.length === 0) return [];
  const rows = exceptions.map(({ name, effect, owner, expirationTime, standing, slots }) => [
    name,
    effect,
    owner,
    standing === 'active' ? `until ${expirationTime}` : STANDINGS[standing],
    slots.length === 0 ? 'nothing' : someOf(slots),
  ]);
  return aligned([['EXCEPTION', 'EFFECT', 'OWNER', 'ACTIVE', 'COVERS'], ...rows]);
}

const STANDINGS = {
  expired: 'no: it has ended',
  tooLong: 'no: longer than --max-exception-duration',
  invalid: 'no: it has a fault',
  deleting: 'no: it is being deleted',
} as const;

function slotLines(slots: readonly SlotExplanation[]): readonly string[] {
  if (slots.length === 0) return ['No object is asked for, and none is left.'];
  const rows = slots.map(({ slot, state, next, policies, because, audit }) => [
    slot,
    state,
    next,
    audit === undefined ? policies.join(', ') : `${audit} (only reports)`,
    because,
  ]);
  return aligned([['SLOT', 'STATE', 'NEXT', 'POLICIES', 'BECAUSE'], ...rows]);
}

/** What is beside the point where all is well. */
function detailLines(slot: SlotExplanation, shorten: Shorten): readonly string[] {
  const { lost, held, message, actor, diffs } = slot;
  const lines = [
    ...(message === '' ? [] : [message]),
    ...lost.map(({ policy, because }) => `${policy} does not get it: ${because}`),
    ...held.map(({ policy, standing }) => `held by ${policy}, which ${STANDING[standing]}`),
    ...(diffs.length === 0 ? [] : [`differs (${actor === '' ? 'unknown' : actor} wrote what is there):`]),
    ...diffs.map((diff) => `  ${diffLine(diff, shorten)}`),
  ];
  return lines.length === 0 ? [] : [slot.slot, ...lines.map((line) => `  ${line}`)];
}

const STANDING = {
  frozen: 'does not act: neither changed nor pruned',
  departed: 'is gone or selects it no more',
  leaving: 'goes and takes along what nobody else holds',
} as const;

function clusterLines({ clusterWide, notEvaluated }: Explanation): readonly string[] {
  const left = clusterWide.length - MAX_OTHERS;
  return [
    ...(clusterWide.length === 0 ? [] : ['Cluster-wide, here as everywhere:']),
    ...clusterWide.slice(0, MAX_OTHERS).map(({ binding, message }) => `  ClusterRoleBinding/${binding} ${message}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...notEvaluated.map((kinds) => `Not evaluated: ${kinds}; they can open what is closed`),
  ];
}

function platformLines({ platform, assumed }: Explanation): readonly string[] {
  const { dns, apiServer, nodeCidrs, cloud, cni } = platform;
  const peers = dns.peers.map((peer) => ('cidr' in peer ? peer.cidr : `${peer.namespace}/${pairs(peer.podLabels)}`));
  const addresses = [...apiServer.service, ...apiServer.endpoints].map(({ ip, port }) =>
    ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`,
  );
  const mark = (member: string): string => (assumed.includes(member) ? ' (assumed)' : '');
  return [
    `DNS${mark('dns')}: ${peers.join(', ')} at port ${dns.ports.join(', ')}`,
    `API server${addresses.length === 0 ? '' : mark('apiServer')}: ${addresses.join(', ') || 'unknown'}`,
    `Nodes: ${nodeCidrs.join(', ') || 'unknown'}`,
    `Cloud: ${cloud}`,
    `CNI: ${cni.name}${cni.ipBlockMatchesNodes ? '' : ', whose ipBlocks match no node'}`,
  ];
}

function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
