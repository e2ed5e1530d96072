import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { referenceRuns, runPlans } from './faults/campaign.ts';
import type { Verdict } from './faults/campaign.ts';
import { enumeratePlans, shardOf, spread } from './faults/plan.ts';
import { enumerateStreamPlans } from './faults/streams/stream-plan.ts';
import { playStreams } from './faults/streams/run-streams.ts';
import type { Plan } from './faults/plan.ts';
import { reportJson, reportText } from './faults/report.ts';
import type { Report } from './faults/report.ts';
import { StateFile } from './faults/state-file.ts';
import { inProject } from './support/paths.ts';

const { PLAN = '', SHARD = '', RESUME = '', LIST = '', SPREAD = '' } = process.env;
const PROGRESS_MS = 10_000;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const state = new StateFile(inProject('.cache/faults.ndjson'));
const startedAt = performance.now();
const before = RESUME === '' ? [] : (await state.read()).filter(({ findings }) => findings.length === 0);
if (PLAN === '' && RESUME === '') await state.clear();

tell('reference runs');
process.exitCode = await campaign();

async function campaign(): Promise<number> {
  const references = await referenceRuns();
  const streams = enumerateStreamPlans();
  const plans = asked([...enumeratePlans(references), ...streams]);
  if (LIST !== '') {
    for (const { id } of plans) process.stdout.write(`${id}\n`);
    return 0;
  }
  const known = new Set(before.map(({ plan }) => plan.id));
  const due = plans.filter(({ id }) => !known.has(id));
  tell(`${plans.length} plans, ${plans.length - due.length} of them done before`);
  const verdicts: Verdict[] = before.filter(({ plan }) => plans.some(({ id }) => id === plan.id));
  const progress = setInterval(
    () => tell(`${verdicts.length} of ${plans.length}, ${failedIn(verdicts)} failed`),
    PROGRESS_MS,
  );
  const done = (verdict: Verdict): void => {
    verdicts.push(verdict);
    if (PLAN === '') state.add(verdict);
    if (verdict.findings.length > 0)
      tell(`FAILED ${verdict.plan.id}: ${verdict.findings.map(({ oracle }) => oracle).join(', ')}`);
  };
  const ofStreams = new Set(streams.map(({ id }) => id));
  await runPlans({ plans: due.filter(({ id }) => !ofStreams.has(id)), references, done });
  await playStreams({ plans: due.filter(({ id }) => ofStreams.has(id)), references, done });
  clearInterval(progress);
  await state.written();
  return finish(verdicts);
}

/** All of them, or those that were asked for. */
function asked(plans: readonly Plan[]): readonly Plan[] {
  if (PLAN !== '') {
    const found = plans.filter(({ id }) => id === PLAN || id.startsWith(`${PLAN}/`));
    if (found.length === 0) throw new Error(`no plan ${PLAN}; LIST=1 shows them all`);
    return found;
  }
  const chosen = SPREAD === '' ? plans : spread(plans, Number(SPREAD));
  return SHARD === '' ? chosen : shardOf(chosen, SHARD);
}

async function finish(verdicts: readonly Verdict[]): Promise<number> {
  const report: Report = {
    date: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
    seconds: Math.round((performance.now() - startedAt) / 1000),
    ...(RESUME === '' ? {} : { resumed: before.length }),
    ...(SHARD === '' ? {} : { shard: SHARD }),
    verdicts,
  };
  process.stdout.write(reportText(report));
  if (PLAN === '' && SPREAD === '') {
    const file = inProject('docs/results/faults.json');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, reportJson(report));
    tell(`written to ${file}`);
  }
  return failedIn(verdicts) === 0 ? 0 : 1;
}

function failedIn(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ findings }) => findings.length > 0).length;
}

/** Progress, for whoever waits. */
function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
