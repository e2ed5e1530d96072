import { join } from 'node:path';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { PolicyStatus } from '../../src/api/policy-status.ts';
import { INSTALL_COMMANDS, installed } from '../support/install.ts';
import { writeOperatorKubeconfig } from '../support/operator-kubeconfig.ts';
import { startOperator } from '../support/operator-process.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { words } from './narrator.ts';
import type { Narrator } from './narrator.ts';
import { milliseconds } from './setting.ts';
import type { Setting } from './setting.ts';
import type { Stage } from './stage.ts';
import type { Sighting } from './witness.ts';

/** Name of config/samples/baseline.yaml. */
export const POLICY_NAME = 'baseline';

/** A ClusterSecurityPolicy as far as the demo reads it. */
export type PolicyObject = KubeObject & { readonly status?: PolicyStatus };

/** CRDs, permissions, namespaces. */
export async function prepare(narrator: Narrator, { client }: Stage): Promise<string> {
  for (const command of INSTALL_COMMANDS) await narrator.kubectl(command, { lines: 3 });
  await installed(client);
  await narrator.kubectl(words('apply -f hack/demo/namespaces.yaml'));
  return 'three CRDs, a ServiceAccount with its roles, three namespaces, a Deployment and its Service';
}

/** The operator, under its own ServiceAccount. */
export async function startParapet(narrator: Narrator, { client, kubeconfig, dir }: Stage): Promise<OperatorProcess> {
  const file = join(dir, 'parapet.kubeconfig');
  await writeOperatorKubeconfig(client, { admin: kubeconfig, file });
  await narrator.kubectl(words(`auth whoami --kubeconfig=${file} --output=jsonpath={.status.userInfo.username}`));
  narrator.shown(`parapet run --kubeconfig=${file}`, '');
  return startOperator({ kubeconfig: file });
}

/** The sample policy, until it is Ready everywhere it selects. */
export async function applyPolicy({ narrator, witness, operator }: Setting): Promise<string> {
  const mark = witness.mark();
  await narrator.kubectl(words('apply -f config/samples/baseline.yaml'));
  const created = await witness.first('the policy', mark, isPolicy);
  const ready = await witness.first('the policy to be Ready', mark, (seen) => isPolicy(seen) && isReady(seen.object));
  const { namespaces } = (ready.object as PolicyObject).status ?? {};
  if (namespaces?.summary !== '2/2') throw new Error(`${namespaces?.summary} namespaces are compliant, not 2/2`);
  await narrator.kubectl(words('get networkpolicy,resourcequota,limitrange,role,rolebinding --namespace=demo-shop'));
  await narrator.kubectl(words('get networkpolicies --namespace=demo-sandbox'));
  if (operator.ended() !== undefined) throw new Error('the operator has ended');
  const whole = witness.seen(mark).findLast(isPosture) ?? ready;
  return `both selected namespaces whole after ${milliseconds(created.at, whole.at)}, the policy Ready after ${milliseconds(created.at, ready.at)}`;
}

function isPosture({ object }: Sighting): boolean {
  return object.kind === 'NamespacePosture';
}

/** Whether a policy says Ready=True of its present generation. */
export function isReady(object: KubeObject): boolean {
  const { status, metadata } = object as PolicyObject;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && status?.observedGeneration === metadata.generation;
}

function isPolicy({ object, type }: Sighting): boolean {
  return type !== 'DELETED' && object.kind === 'ClusterSecurityPolicy' && object.metadata.name === POLICY_NAME;
}
