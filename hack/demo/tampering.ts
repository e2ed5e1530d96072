import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import type { LogEntry } from '../support/operator-process.ts';
import { until } from '../support/until.ts';
import { words } from './narrator.ts';
import { milliseconds } from './setting.ts';
import type { Setting } from './setting.ts';
import { isObject } from './witness.ts';
import type { Sighting } from './witness.ts';

/** Somebody's hand in a namespace, and what Parapet should say of it. */
export interface Tampering {
  readonly title: string;
  readonly command: readonly string[];
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The kind of drift it is. */
  readonly drift: 'Modified' | 'Missing';
  readonly actor: string;
}

interface LoggedDiff {
  readonly pointer: string;
  readonly expected?: string;
  readonly live?: string;
  readonly actor: string;
}

export const TAMPERINGS: readonly Tampering[] = [
  {
    title: 'Somebody opens a default-deny',
    command: words(
      'patch networkpolicy parapet-default-deny --namespace=demo-shop --type=merge --patch={"spec":{"ingress":[{}]}}',
    ),
    kind: 'NetworkPolicy',
    namespace: 'demo-shop',
    name: 'parapet-default-deny',
    drift: 'Modified',
    actor: 'kubectl-patch',
  },
  {
    title: 'Somebody deletes one',
    command: words('delete networkpolicy parapet-default-deny --namespace=demo-payments'),
    kind: 'NetworkPolicy',
    namespace: 'demo-payments',
    name: 'parapet-default-deny',
    drift: 'Missing',
    actor: 'unknown',
  },
  {
    title: 'Somebody raises a quota',
    command: words(
      'patch resourcequota parapet-compute --namespace=demo-shop --type=merge --patch={"spec":{"hard":{"pods":"5000"}}}',
    ),
    kind: 'ResourceQuota',
    namespace: 'demo-shop',
    name: 'parapet-compute',
    drift: 'Modified',
    actor: 'kubectl-patch',
  },
];

/** Tampers, watches the repair, shows what Parapet found. Resolves with the step's figure. */
export async function tamper(tampering: Tampering, { narrator, witness, operator }: Setting): Promise<string> {
  const { kind, namespace, name } = tampering;
  const before = witness.latest(kind, namespace, name);
  if (before === undefined) throw new Error(`there is no ${kind} ${namespace}/${name} to tamper with`);
  const mark = witness.mark();
  const logMark = operator.logs.length;
  await narrator.kubectl(tampering.command);

  const concerns = ({ object }: Sighting): boolean => isObject(object, kind, namespace, name);
  const hit = await witness.first('the tampering', mark, (seen) => concerns(seen) && isHurt(seen, before));
  const mended = await witness.first(
    'the repair',
    mark,
    (seen) => concerns(seen) && seen.at >= hit.at && seen !== hit && !isHurt(seen, before),
  );
  const line = await until('Parapet to tell of the repair', () => findRepair(operator.logs.slice(logMark), tampering));
  tell(narrator, tampering, line);
  if (line['kind'] !== tampering.drift || line['actor'] !== tampering.actor) {
    throw new Error(`reported as ${String(line['kind'])} by ${String(line['actor'])}`);
  }
  return `repaired after ${milliseconds(hit.at, mended.at)}, API commit to API commit`;
}

function isHurt({ type, object }: Sighting, before: KubeObject): boolean {
  return type === 'DELETED' || !isDeepStrictEqual(object['spec'], before['spec']);
}

function findRepair(log: readonly LogEntry[], { kind, namespace, name }: Tampering): LogEntry | undefined {
  return log.find(
    (line) =>
      line.message === 'drift repaired' && line['namespace'] === namespace && line['object'] === `${kind}/${name}`,
  );
}

function tell(narrator: Setting['narrator'], { drift, kind, name }: Tampering, line: LogEntry): void {
  const diffs = (line['diffs'] ?? []) as readonly LoggedDiff[];
  const absent = '(absent)';
  const whole = [`${kind}/${name}`, '(the object)', absent, String(line['actor'])];
  const fields = diffs.map(({ pointer, expected = absent, live = absent, actor }) => [pointer, expected, live, actor]);
  narrator.say(`  Parapet reports ${drift}:`);
  narrator.table([['FIELD', 'EXPECTED', 'LIVE', 'ACTOR'], ...(fields.length === 0 ? [whole] : fields)]);
}
