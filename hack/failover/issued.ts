import { identify, isMutating } from '../support/fault-proxy/call-identity.ts';
import { inProject } from '../support/paths.ts';
import type { LogEntry } from '../support/operator-process.ts';
import type { LeaderCall } from './judge.ts';

/** For the operator's node: it then tells of every write as it goes out. */
export const WIRE_LOG_FLAGS: readonly string[] = [`--import=${inProject('hack/failover/wire-log.ts')}`];

/** What a process issued, in the words of the judge. */
export function issuedCalls(name: string, logs: readonly LogEntry[]): readonly LeaderCall[] {
  return logs.filter(({ message }) => message === 'wire').flatMap((entry) => issuedCall(name, entry));
}

function issuedCall(process: string, { type, at, method, path }: LogEntry): readonly LeaderCall[] {
  if (type === 'renewed') return [{ process, type: 'renewal', at: Number(at) }];
  const call = identify(String(method), String(path));
  return isMutating(call) && call.resource !== 'leases' ? [{ process, type: 'write', at: Number(at) }] : [];
}
