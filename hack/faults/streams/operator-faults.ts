import { setTimeout as delay } from 'node:timers/promises';
import { LEASE, LEASE_NAME } from '../../../src/kube/lease-record.ts';
import { objectPath } from '../../../src/kube/resource-path.ts';
import { call } from '../../support/admin.ts';
import { isMutating, spelledCall } from '../../support/fault-proxy/call-identity.ts';
import type { Fault } from '../../support/fault-proxy/fault-proxy.ts';
import { installed } from '../../support/install.ts';
import { inProject } from '../../support/paths.ts';
import { until } from '../../support/until.ts';
import type { OperatorOptions } from '../../support/operator-process.ts';
import type { Lane } from '../lane.ts';
import { compactEtcd } from './etcd.ts';
import { nothing } from './stream-fault.ts';
import type { Begun, StreamFault } from './stream-fault.ts';
import { WATCHED, cutShort, goneInStream, statusOf, unobserved, watchAt } from './watch-faults.ts';

const ELECTED = { flags: ['--leader-elect'] };
/** client-go's, and ours: how long a leader may write without a renewal, and how long others respect it. */
const RENEW_MS = 10_000;
const LEASE_MS = 15_000;
/** A reflector's longest backoff, and the API server's own start. */
const PATIENCE_MS = 45_000;

/** The faults that know no difference between kinds. */
export const operatorFaults: readonly StreamFault[] = [
  { name: 'partition-1s', begin: (lane) => partitioned(lane, 1_000) },
  { name: 'partition-60s', begin: (lane) => partitioned(lane, 60_000), deadlineMs: PATIENCE_MS },
  { name: 'everything-gone', begin: (lane) => unobserved(lane, WATCHED, goneInStream) },
  { name: 'writes-refused', begin: writesRefused },
  { name: 'server-restart', begin: restarted, deadlineMs: PATIENCE_MS },
  { name: 'compaction', begin: compacted, afterwards: true, deadlineMs: PATIENCE_MS },
  { name: 'lists-cut-at-start', begin: listsCut, deadlineMs: PATIENCE_MS },
  { name: 'lease-refused', begin: leaseRefused, operator: ELECTED, ends: true, deadlineMs: PATIENCE_MS },
  { name: 'paused', begin: paused, operator: ELECTED, ends: true, deadlineMs: PATIENCE_MS },
  { name: 'clock-forward', begin: clockStepped, operator: steppedBy(3_600_000) },
  { name: 'clock-back', begin: clockStepped, operator: steppedBy(-3_600_000) },
];

/** Whoever connects is refused, and what was connected breaks. */
async function partitioned({ proxy }: Lane, ms: number): Promise<Begun> {
  const over = delay(ms);
  await proxy.refuse();
  return {
    release: async () => {
      await over;
      await proxy.accept();
      return [];
    },
    over: nothing,
  };
}

/** etcd has no leader for a while: what is read comes from caches and is told in time, but nothing can be written. */
async function writesRefused({ proxy }: Lane): Promise<Begun> {
  const reply = { status: 500, body: statusOf(500, 'InternalError', 'etcdserver: no leader') };
  const over = proxy.rule((each) =>
    isMutating(each) ? { name: 'writes-refused', act: (exchange) => exchange.reply(reply) } : undefined,
  );
  return {
    lagMs: 2_000,
    release: async () => {
      over();
      return [];
    },
    over: nothing,
  };
}

/** Things happen while the operator finds its way back to an API server that has only just started. */
async function restarted(lane: Lane): Promise<Begun> {
  await restartApiServer(lane);
  return { release: nothing, over: nothing };
}

/** The operator is away while things happen, etcd forgets them, and the new API server's history begins after them. */
async function compacted(lane: Lane): Promise<Begun> {
  const { proxy, controlPlane } = lane;
  await proxy.refuse();
  return {
    release: async () => {
      await compactEtcd(controlPlane);
      await restartApiServer(lane);
      await proxy.accept();
      return [];
    },
    over: nothing,
  };
}

/** Where CRDs aren't served yet, kube-controller-manager takes a namespace for empty that isn't, and leaves things behind. */
async function restartApiServer({ controlPlane, admin }: Lane): Promise<void> {
  await controlPlane.restartApiServer();
  await installed(admin);
}

/** The operator is started anew, and the first list of every kind ends before it is complete. */
async function listsCut(lane: Lane): Promise<Begun> {
  await lane.kill();
  const due = new Set(WATCHED);
  const act: Fault['act'] = async (exchange) => {
    await exchange.pass();
    cutShort(watchAt(lane.proxy, exchange), 1);
  };
  const over = lane.proxy.rule(({ verb, resource }) =>
    verb === 'watch' && due.delete(resource) ? { name: 'list-cut', act } : undefined,
  );
  return {
    release: async () => {
      await lane.restart();
      return [];
    },
    over: async () => over(),
  };
}

/** The Lease can't be renewed for longer than the renew deadline, while there is work to do. */
async function leaseRefused({ proxy }: Lane): Promise<Begun> {
  const renewedAt = await until('a renewal', () => lastRenewal(proxy));
  const body = statusOf(500, 'InternalError', 'the lease is out of reach');
  const end = proxy.rule(({ verb, resource }) =>
    verb === 'update' && resource === 'leases'
      ? { name: 'lease-refused', act: (exchange) => exchange.reply({ status: 500, body }) }
      : undefined,
  );
  // What happens now happens after the deadline: the leader has to have stopped by itself.
  await delay(renewedAt + RENEW_MS + 200 - performance.now());
  return {
    release: async () => {
      await delay(2_000);
      end();
      return writesBetween(proxy, renewedAt + RENEW_MS, nextRenewal(proxy, renewedAt));
    },
    over: nothing,
  };
}

/** The leader is stopped for longer than its Lease, another takes that over, and the first wakes up with work to do. */
async function paused(lane: Lane): Promise<Begun> {
  const leader = lane.operator();
  leader.signal('SIGSTOP');
  const runOut = delay(LEASE_MS + 1_000);
  return {
    release: async () => {
      await runOut;
      await takeLease(lane);
      const wokenAt = performance.now();
      leader.signal('SIGCONT');
      await until('the old leader to end', () => leader.ended() !== undefined, { deadlineMs: 2 * RENEW_MS });
      return writesBetween(lane.proxy, wokenAt, nextRenewal(lane.proxy, wokenAt));
    },
    over: nothing,
  };
}

/** The wall clock jumps; the monotonic one goes on, as on a real machine. */
async function clockStepped(lane: Lane): Promise<Begun> {
  lane.operator().signal('SIGUSR2');
  return { release: nothing, over: nothing };
}

function steppedBy(ms: number): Partial<OperatorOptions> {
  return {
    ...ELECTED,
    nodeFlags: ['--import', inProject('hack/faults/streams/stepped-clock.ts')],
    env: { CLOCK_STEP_MS: String(ms) },
  };
}

async function takeLease({ admin }: Lane): Promise<void> {
  const path = objectPath(LEASE, 'parapet-system', LEASE_NAME);
  const body = { spec: { holderIdentity: 'the next one' } };
  await call(admin, { method: 'PATCH', path, contentType: 'application/merge-patch+json', body });
}

/** When the last renewal that was granted had been asked for. */
function lastRenewal({ calls }: Lane['proxy']): number | undefined {
  return calls.findLast(isRenewal)?.arrivedAt;
}

/** When somebody led again. */
function nextRenewal({ calls }: Lane['proxy'], after: number): number {
  return calls.find((each) => isRenewal(each) && each.arrivedAt > after)?.arrivedAt ?? Number.POSITIVE_INFINITY;
}

function isRenewal({ resource, verb, told }: Lane['proxy']['calls'][number]): boolean {
  return resource === 'leases' && verb === 'update' && told === 200;
}

/** Promise 12: no write is issued by one who may not lead any more. */
function writesBetween({ calls }: Lane['proxy'], from: number, to: number): readonly string[] {
  return calls
    .filter((each) => isMutating(each) && each.resource !== 'leases' && each.arrivedAt > from && each.arrivedAt < to)
    .map((each) => `${spelledCall(each)} after leadership was lost`);
}
