import type { PostureSlot } from '../../src/api/posture.ts';
import { words } from './narrator.ts';
import { postureSeen } from './posture-seen.ts';
import { milliseconds } from './setting.ts';
import type { Setting } from './setting.ts';
import { isObject } from './witness.ts';
import type { Sighting } from './witness.ts';

const FINDINGS = 'jsonpath={range .slots[?(@.state=="STATE")]}{.slot}: {.message}{"\\n"}{end}';

/** An object on one of our names that was there before us. */
export async function meetStranger({ narrator, witness }: Setting): Promise<string> {
  const namespace = 'demo-legacy';
  await narrator.kubectl(words('apply -f hack/demo/legacy-namespace.yaml'));
  const mark = witness.mark();
  await narrator.kubectl(words(`label namespace ${namespace} parapet.dev/posture=baseline`));
  const beside = await witness.first('a default-deny beside it', mark, ({ type, object }) => {
    const { kind, metadata } = object;
    return type === 'ADDED' && kind === 'NetworkPolicy' && /^parapet-default-deny-./.test(metadata.name);
  });
  await witness.first('the stranger to be told', mark, reports(namespace, 'Foreign'));
  await narrator.kubectl(words(`get networkpolicies --namespace=${namespace}`));
  await narrator.kubectl(findings(namespace, 'Foreign'));
  return `left alone and told; closed all the same, by ${beside.object.metadata.name}`;
}

/** Somebody's own object that opens what is closed, until it goes. */
export async function seeWidening({ narrator, witness }: Setting): Promise<string> {
  const namespace = 'demo-payments';
  const mark = witness.mark();
  await narrator.kubectl(words('apply -f hack/demo/allow-all.yaml'));
  const opened = await witness.first('the policy', mark, ({ object }) =>
    isObject(object, 'NetworkPolicy', namespace, 'allow-all'),
  );
  const told = await witness.first('it to be told', mark, reports(namespace, 'Widened'));
  await narrator.kubectl(words('get namespacepostures --all-namespaces'));
  await narrator.kubectl(findings(namespace, 'Widened'));
  const removal = witness.mark();
  await narrator.kubectl(words(`delete networkpolicy allow-all --namespace=${namespace}`));
  await witness.first(
    'it to be forgotten',
    removal,
    (seen) => postureSeen(seen, namespace)?.summary.state === 'Compliant',
  );
  return `told after ${milliseconds(opened.at, told.at)}, and no more once it was gone`;
}

function findings(namespace: string, state: PostureSlot['state']): readonly string[] {
  return [
    'get',
    'namespaceposture',
    'parapet',
    `--namespace=${namespace}`,
    `--output=${FINDINGS.replace('STATE', state)}`,
  ];
}

function reports(namespace: string, state: PostureSlot['state']): (sighting: Sighting) => boolean {
  return (seen) => postureSeen(seen, namespace)?.slots.some((slot) => slot.state === state) === true;
}
