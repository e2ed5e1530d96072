import { setTimeout as delay } from 'node:timers/promises';
import { isMutating } from '../support/fault-proxy/call-identity.ts';
import type { Fault, Rule as ProxyRule } from '../support/fault-proxy/fault-proxy.ts';
import type { ProxiedCall } from '../support/fault-proxy/proxied-call.ts';
import type { Ground } from './handover.ts';
import { isLeaseCall, leaderCalls } from './replica.ts';
import type { Replica } from './replica.ts';
import { tamperSteadily } from './tamperer.ts';

/** The ways in which a leader comes to lose its Lease while it has work to do. */
export const LOSS_KINDS = ['refused', 'cut off', 'unheard', 'paused'] as const;
export type LossKind = (typeof LOSS_KINDS)[number];

export interface Loss {
  readonly kind: LossKind;
  readonly process: string;
  /** Exit code of the one that lost. */
  readonly code: number | null;
  /** From its last renewal to its last write; negative where that came before. */
  readonly lastWriteMs: number;
  /** From its last renewal to the first write of the next one. */
  readonly takeoverMs: number;
}

/** Once a leader that was stopped is sure to have been replaced, it goes on sleeping for so long. */
const OVERSLEEP_MS = 300;

/** Induces so many losses, one after another, under steady tampering. */
export async function induceLosses(ground: Ground, kinds: readonly LossKind[], perSecond: number): Promise<Loss[]> {
  const tamperer = tamperSteadily(ground.admin, ground.kept, perSecond);
  const losses: Loss[] = [];
  try {
    for (const kind of kinds) losses.push(await induceLoss(ground, kind));
    return losses;
  } finally {
    await tamperer.stop();
  }
}

async function induceLoss({ replicas }: Ground, kind: LossKind): Promise<Loss> {
  await replicas.fill();
  const leader = await replicas.writer();
  const next = kind === 'paused' ? await pause(replicas, leader) : await lose(replicas, leader, FAULTS[kind]);
  const { code } = await leader.process.exited;
  const mine = leaderCalls(leader);
  const renewedAt = mine.findLast(({ type }) => type === 'renewal')?.at ?? Number.NaN;
  const wroteAt = mine.findLast(({ type }) => type === 'write')?.at ?? Number.NaN;
  const firstByNext = leaderCalls(next).find(({ type }) => type === 'write')?.at ?? Number.NaN;
  const times = { lastWriteMs: wroteAt - renewedAt, takeoverMs: firstByNext - renewedAt };
  return { kind, process: leader.name, code, ...times };
}

/** The Lease can't be renewed from now on; the process sees that by itself. */
async function lose(replicas: Ground['replicas'], leader: Replica, rule: ProxyRule): Promise<Replica> {
  leader.proxy.rule(rule);
  return replicas.writer(leader);
}

/** The process sees nothing of what happens until it wakes up, with events of others' repairs waiting for it. */
async function pause(replicas: Ground['replicas'], leader: Replica): Promise<Replica> {
  leader.process.signal('SIGSTOP');
  try {
    return await replicas.writer(leader);
  } finally {
    await delay(OVERSLEEP_MS);
    leader.process.signal('SIGCONT');
  }
}

const FAULTS: Readonly<Record<Exclude<LossKind, 'paused'>, ProxyRule>> = {
  refused: (call) =>
    isLeaseWrite(call) ? fault('refused', (exchange) => exchange.reply({ status: 500, body: REFUSAL })) : undefined,
  'cut off': (call) => (isLeaseCall(call) ? fault('cut off', (exchange) => exchange.hang()) : undefined),
  // The renewal is granted, and others respect it: but the process doesn't know.
  unheard: (call) =>
    isLeaseWrite(call)
      ? fault('unheard', async (exchange) => {
          await exchange.forward();
          await exchange.hang();
        })
      : undefined,
};

const REFUSAL = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, message: 'etcd is not there' };

function isLeaseWrite(call: ProxiedCall): boolean {
  return isLeaseCall(call) && isMutating(call);
}

function fault(name: string, act: Fault['act']): Fault {
  return { name, act };
}
