import { words } from './narrator.ts';
import { postureSeen } from './posture-seen.ts';
import { milliseconds } from './setting.ts';
import type { Setting } from './setting.ts';
import { isObject } from './witness.ts';

const NAME = 'demo-newcomer';

/** A namespace that is created while Parapet runs. */
export async function welcomeNamespace({ narrator, witness }: Setting): Promise<string> {
  const mark = witness.mark();
  await narrator.kubectl(words('apply -f hack/demo/late-namespace.yaml'));
  const came = await witness.first('the namespace', mark, ({ object }) => isObject(object, 'Namespace', '', NAME));
  const closed = await witness.first('its default-deny', mark, ({ object }) =>
    isObject(object, 'NetworkPolicy', NAME, 'parapet-default-deny'),
  );
  const whole = await witness.first(
    'its posture to be compliant',
    mark,
    (seen) => postureSeen(seen, NAME)?.summary.state === 'Compliant',
  );
  await narrator.kubectl(words(`get networkpolicies,namespacepostures --namespace=${NAME}`));
  return `closed ${milliseconds(came.at, closed.at)} and whole ${milliseconds(came.at, whole.at)} after its creation`;
}
