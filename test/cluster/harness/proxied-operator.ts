import { join } from 'node:path';
import { faultProxy } from '../../../hack/support/fault-proxy/fault-proxy.ts';
import type { FaultProxy } from '../../../hack/support/fault-proxy/fault-proxy.ts';
import type { OperatorProcess } from '../../../hack/support/operator-process.ts';
import type { Cluster } from './cluster.ts';
import { uniqueName } from './cluster.ts';

/** A proxy between the API server and operators, which have their own ServiceAccount's rights through it. */
export interface OperatorProxy extends FaultProxy {
  /** Starts an operator whose every call goes through the proxy. */
  start(...flags: readonly string[]): Promise<OperatorProcess>;
}

/** Close it after the tests. */
export async function operatorProxy(cluster: Cluster): Promise<OperatorProxy> {
  const proxy = await faultProxy(await cluster.operatorKubeconfig());
  const kubeconfig = join(cluster.controlPlane.dir, `${uniqueName('proxy')}.kubeconfig`);
  await proxy.writeKubeconfig(kubeconfig);
  return Object.assign(proxy, { start: (...flags: readonly string[]) => cluster.startOperator({ kubeconfig, flags }) });
}
