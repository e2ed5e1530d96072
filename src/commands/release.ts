import { applyChanges } from '../controller/apply-changes.ts';
import { applyChange } from '../kube/apply.ts';
import { createClient } from '../kube/client.ts';
import { loadKubeConfig } from '../kube/kubeconfig.ts';
import { releaseTable } from '../output/release.ts';
import type { Release, ReleasedObject } from '../output/release.ts';
import type { Change } from '../plan/namespace-plan.ts';
import { dueSlots, isRelease } from '../plan/order.ts';
import type { DueSlot } from '../plan/order.ts';
import type { Outcome } from '../plan/outcome.ts';
import { liveAfter } from '../plan/rehearse.ts';
import { planRelease } from '../plan/release.ts';
import type { ReleasePlan } from '../plan/release.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import { boundedValue } from '../status/bounds.ts';
import { asData } from './as-data.ts';
import { closedDirections } from './closed-directions.ts';
import { snapshotsOf } from './cluster-state.ts';
import type { Terminal } from './main.ts';
import { writeOutputs } from './outputs.ts';
import type { ReleaseFlags } from './release-command.ts';
import { stateOf } from './state-of.ts';
import { version } from './version.ts';

const EXIT = { released: 0, left: 1 };

/** Shows what departed policies left behind in a namespace, and removes it where that is wanted. */
export async function release(name: string, flags: ReleaseFlags, { out, err, ask }: Terminal): Promise<number> {
  const snapshot = await read(name, flags, err);
  const planned = planRelease(snapshot, flags.policy);
  const shown = releaseOf(snapshot, planned);
  await writeOutputs(
    flags.output,
    (format) => (format === 'table' ? releaseTable(shown, boundedValue) : asData(shown, format)),
    { out, fallback: 'table' },
  );
  if (shown.objects.length === 0) return EXIT.released;
  if (flags.yes === true) return removed(planned, flags, err);

  const wanted = await ask?.(
    `Remove ${shown.objects.length === 1 ? 'it' : `these ${shown.objects.length}`} from ${name}?`,
  );
  if (wanted !== true) {
    err(`parapet: nothing was removed${wanted === undefined ? '; to remove it, add --yes' : ''}\n`);
    return EXIT.left;
  }
  // While the question stood a policy may have come that asks for it.
  const again = planRelease(await read(name, flags, () => {}), flags.policy);
  if (spelled(again) === spelled(planned)) return removed(again, flags, err);
  err('parapet: nothing was removed: something has changed meanwhile; look again\n');
  return EXIT.left;
}

async function read(name: string, flags: ReleaseFlags, err: Terminal['err']): Promise<NamespaceSnapshot> {
  const state = await stateOf(flags, err, { only: name });
  const snapshot = snapshotsOf(state, flags).find(({ namespace }) => namespace.name === name);
  if (snapshot === undefined) throw new Error(`there is no namespace ${name} in ${state.source}`);
  return snapshot;
}

function spelled(planned: ReleasePlan): string {
  return JSON.stringify(dueSlots(planned).map(({ change }) => change));
}

function releaseOf({ namespace, live }: NamespaceSnapshot, planned: ReleasePlan): Release {
  const closed = closedDirections(liveAfter(live, planned));
  return {
    namespace: namespace.name,
    opens: closedDirections(live).filter((direction) => !closed.includes(direction)),
    objects: dueSlots(planned).map((due) => released(due, planned)),
  };
}

function released({ slot, change, diffs }: DueSlot, { leftBy }: ReleasePlan): ReleasedObject {
  const action = change.action === 'delete' ? 'delete' : isRelease(change) ? 'restore' : 'change';
  return { slot, action, leftBy: leftBy.get(slot) ?? [], diffs };
}

/** In safe order, each object at the version that was shown; what fails is told and stops only what waits for it. */
async function removed(planned: ReleasePlan, flags: ReleaseFlags, err: Terminal['err']): Promise<number> {
  const source = { file: flags.kubeconfig, context: flags.context };
  const client = createClient({ load: () => loadKubeConfig(source), version });
  const write = async (change: Change): Promise<Outcome> => applyChange(client, change);
  try {
    const outcomes = await applyChanges(planned, write);
    for (const { slot } of dueSlots(planned)) err(`parapet: ${slot}: ${told(outcomes.get(slot))}\n`);
    const all = dueSlots(planned).every(({ slot }) => outcomes.get(slot)?.result === 'done');
    return all ? EXIT.released : EXIT.left;
  } finally {
    await client.close();
  }
}

function told(outcome: Outcome | undefined): string {
  if (outcome === undefined || outcome.result === 'gone') return 'not removed: the namespace is being deleted';
  if (outcome.result === 'done') return 'removed';
  const next = outcome.result === 'refused' ? '' : '; look again';
  return `not removed: ${outcome.message}${next}`;
}
