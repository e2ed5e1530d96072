import type { Exit } from '../../../hack/support/child.ts';
import type { OperatorProcess } from '../../../hack/support/operator-process.ts';
import { sharedCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

let operator: Promise<OperatorProcess> | undefined;

/** The operator on the shared cluster, working; started with the first who asks. */
export function sharedOperator(): Promise<OperatorProcess> {
  operator ??= start();
  return operator;
}

/** Stops the shared operator, for suites that run their own on the shared cluster. The next who asks gets a new one. */
export async function withoutSharedOperator(): Promise<Cluster> {
  await stop();
  return sharedCluster();
}

async function start(): Promise<OperatorProcess> {
  const started = await (await sharedCluster()).startOperator();
  await started.working();
  return started;
}

async function stop(): Promise<Exit | undefined> {
  const running = operator;
  operator = undefined;
  return (await running)?.stop();
}
