import { join } from 'node:path';
import { isMutating } from '../support/fault-proxy/call-identity.ts';
import { faultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';
import type { OperatorOptions, OperatorProcess } from '../support/operator-process.ts';
import { WIRE_LOG_FLAGS } from './issued.ts';
import type { LeaderCall } from './judge.ts';

/** One process of the operator and all that it ever asked: it has a proxy of its own. */
export interface Replica {
  readonly name: string;
  readonly process: OperatorProcess;
  readonly proxy: FaultProxy;
}

export interface ReplicaOptions {
  readonly name: string;
  /** Whom its proxy acts as. */
  readonly kubeconfig: string;
  /** For its files. */
  readonly dir: string;
  readonly flags: readonly string[];
  readonly start: (options: OperatorOptions) => Promise<OperatorProcess>;
}

/** Starts one; resolves when its caches are warm. */
export async function startReplica({ name, kubeconfig, dir, flags, start }: ReplicaOptions): Promise<Replica> {
  const proxy = await faultProxy(kubeconfig);
  const file = join(dir, `${name}.kubeconfig`);
  await proxy.writeKubeconfig(file);
  const process = await start({ kubeconfig: file, flags, nodeFlags: WIRE_LOG_FLAGS });
  await process.ready(60_000);
  return { name, process, proxy };
}

/** Whether it works, and hasn't ended. */
export function leads({ process }: Replica): boolean {
  return process.ended() === undefined && process.logs.some(({ message }) => message === 'working');
}

/** Whether the call is about the Lease. */
export function isLeaseCall({ resource }: ProxiedCall): boolean {
  return resource === 'leases';
}

/** Whether it changes something other than the Lease. */
export function isWrite(call: ProxiedCall): boolean {
  return isMutating(call) && !isLeaseCall(call);
}

/** A write that puts something right: neither a report nor an Event. */
export function isRepair(call: ProxiedCall): boolean {
  const isReport = ['namespacepostures', 'clustersecuritypolicies', 'events'].includes(call.resource);
  return isWrite(call) && !isReport && (call.status ?? 500) < 300;
}

/** What of its calls the judge wants to know, in the order of arrival. */
export function leaderCalls({ name, proxy }: Replica): readonly LeaderCall[] {
  return proxy.calls.flatMap((call): readonly LeaderCall[] => {
    const base = { process: name, at: call.arrivedAt };
    if (isRenewal(call)) return [{ ...base, type: 'renewal' }];
    if (!isWrite(call)) return [];
    return [{ ...base, type: 'write', endedAt: call.committedAt ?? call.answeredAt ?? call.arrivedAt }];
  });
}

/** Granted, and the process was told so: only then may it count on it. */
function isRenewal(call: ProxiedCall): boolean {
  return isGrantedLeaseWrite(call) && holderIn(call) !== '';
}

/** The Lease was given back. */
export function isRelease(call: ProxiedCall): boolean {
  return isGrantedLeaseWrite(call) && holderIn(call) === '';
}

function isGrantedLeaseWrite(call: ProxiedCall): boolean {
  return isLeaseCall(call) && isMutating(call) && (call.told === 200 || call.told === 201);
}

function holderIn({ body }: ProxiedCall): string {
  return (body as LeaseBody | undefined)?.spec?.holderIdentity ?? '';
}

interface LeaseBody {
  readonly spec?: { readonly holderIdentity?: string };
}
