import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { words } from './narrator.ts';
import { postureSeen } from './posture-seen.ts';
import { milliseconds } from './setting.ts';
import type { Setting } from './setting.ts';
import { isObject } from './witness.ts';
import type { Sighting } from './witness.ts';

const NAMESPACE = 'demo-shop';
const QUOTA = 'parapet-compute';
/** Long enough to raise the quota and see that it stays, short enough to wait for. */
const LASTS_MS = 6_000;

/** A quota that may be otherwise for a few seconds, and is put back the moment they are over. */
export async function grantException({ narrator, stage, witness }: Setting): Promise<string> {
  const file = join(stage.dir, 'exception.yaml');
  const ends = new Date(Math.ceil((Date.now() + LASTS_MS) / 1_000) * 1_000);
  const exception = stringify(exceptionUntil(ends));
  await writeFile(file, exception);
  narrator.shown('cat exception.yaml', exception);

  const mark = witness.mark();
  await narrator.kubectl(['apply', '-f', file]);
  await witness.first('the quota to be exempt', mark, isExempt);
  const patch = `patch resourcequota ${QUOTA} --namespace=${NAMESPACE} --type=merge --patch={"spec":{"hard":{"pods":"400"}}}`;
  await narrator.kubectl(words(patch));
  const raised = await witness.first('the raised quota', mark, (seen) => podsOf(seen) === '400');
  await narrator.kubectl(words('get securityexceptions'));
  const restored = await witness.first(
    'the quota as it was',
    mark,
    (seen) => seen.at > raised.at && podsOf(seen) === '100',
  );
  const late = Date.now() - (performance.now() - restored.at) - ends.getTime();
  if (late < 0) throw new Error(`the quota was put back ${-late} ms before the exception ended`);
  await narrator.kubectl(words('delete securityexception demo-load-test'));
  return `left as it was raised for ${milliseconds(raised.at, restored.at)}, and put back ${milliseconds(0, late)} after its end`;
}

function exceptionUntil(ends: Date): unknown {
  return {
    apiVersion: 'parapet.dev/v1alpha1',
    kind: 'SecurityException',
    metadata: { name: 'demo-load-test' },
    spec: {
      policyNames: ['baseline'],
      includeNames: [NAMESPACE],
      slots: [`ResourceQuota/${QUOTA}`],
      effect: 'Ignore',
      owner: 'shop@example.com',
      reason: 'a load test',
      expirationTime: ends.toISOString().replace('.000Z', 'Z'),
    },
  };
}

function isExempt(seen: Sighting): boolean {
  return postureSeen(seen, NAMESPACE)?.slots.some(({ state }) => state === 'Exempt') === true;
}

function podsOf({ type, object }: Sighting): string | undefined {
  if (type === 'DELETED' || !isObject(object, 'ResourceQuota', NAMESPACE, QUOTA)) return undefined;
  return (object['spec'] as { readonly hard: Readonly<Record<string, string>> }).hard['pods'];
}
