import { explainTable } from '../output/explain-table.ts';
import { boundedValue } from '../status/bounds.ts';
import { asData } from './as-data.ts';
import { snapshotsOf } from './cluster-state.ts';
import { standingUnder } from './exceptions-of.ts';
import type { ExplainFlags } from './explain-command.ts';
import { explanationOf } from './explanation.ts';
import type { Terminal } from './main.ts';
import { writeOutputs } from './outputs.ts';
import { stateOf } from './state-of.ts';

/** Tells why one namespace is as it is. */
export async function explain(name: string, flags: ExplainFlags, { out, err }: Terminal): Promise<number> {
  const state = await stateOf(flags, err, { only: name });
  const snapshot = snapshotsOf(state, flags).find(({ namespace }) => namespace.name === name);
  if (snapshot === undefined) throw new Error(`there is no namespace ${name} in ${state.source}`);
  const standing = standingUnder(flags, state.now);
  const exceptions = state.view.exceptions
    .list('')
    .map(({ exception }) => ({ exception, standing: standing(exception) }));
  const explanation = explanationOf(snapshot, state, exceptions);
  await writeOutputs(
    flags.output,
    (format) => (format === 'table' ? explainTable(explanation, boundedValue) : asData(explanation, format)),
    { out, fallback: 'table' },
  );
  return 0;
}
