import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { referenceRuns } from './faults/campaign.ts';
import { Lane } from './faults/lane.ts';
import { bugs } from './faults/seeded/bugs.ts';
import type { Bug } from './faults/seeded/bug.ts';
import { runFew, tryBug } from './faults/seeded/catch-bugs.ts';
import type { Judged } from './faults/seeded/catch-bugs.ts';
import { ALONE } from './faults/streams/run-streams.ts';
import { inProject } from './support/paths.ts';

/* The campaign is itself tested: each bug in turn has to be caught, and without one nothing may be. */

const startedAt = performance.now();
const RESULTS = inProject('docs/results/seeded-bugs.json');

/** So many operators with a bug run side by side, each in a cluster of its own. */
const LANES = 3;

const references = await referenceRuns();
const shares = Array.from({ length: LANES }, (_, share) => bugs.filter((__, index) => index % LANES === share));
const caught = (await Promise.all(shares.map(tryAll))).flat();
const seconds = Math.round((performance.now() - startedAt) / 1000);
await mkdir(dirname(RESULTS), { recursive: true });
await writeFile(
  RESULTS,
  `${JSON.stringify({ date: new Date().toISOString(), seconds, bugs: caught }, undefined, 2)}\n`,
);
tell(`${bugs.length} bugs in ${seconds} s`);

/** First the plans without a bug, then each bug with its own. */
async function tryAll(share: readonly Bug[]): Promise<readonly object[]> {
  const lane = await Lane.start(ALONE);
  try {
    const plans = [...new Set(share.flatMap((bug) => bug.plans))];
    const wrong = (await runFew(lane, plans, references)).filter(({ findings }) => findings.length > 0);
    if (wrong.length > 0) process.exitCode = 1;
    for (const { plan, findings } of wrong) {
      tell(`FAILED without a bug: ${plan}\n  ${findings.map(spelled).join('\n  ')}`);
    }
    const results: object[] = [];
    for (const bug of share) results.push(resultOf(bug, await tryBug(lane, bug, references)));
    return results;
  } finally {
    await lane.close();
  }
}

/** A bug that a plan doesn't see fails the run. */
function resultOf(bug: Bug, judged: readonly Judged[]): object {
  const seen = judged.map(({ plan, findings }) => ({
    plan,
    oracles: [...new Set(findings.map(({ oracle }) => oracle))],
  }));
  const isCaught = seen.every(({ oracles }) => oracles.length > 0);
  if (!isCaught) process.exitCode = 1;
  tell(
    `${isCaught ? 'caught' : 'MISSED'} ${bug.id}: ${seen.map(({ plan, oracles }) => `${plan} by ${oracles.join(', ')}`).join('; ')}`,
  );
  return { id: bug.id, standsFor: bug.standsFor, caught: isCaught, seen };
}

function spelled({ oracle, seen }: Judged['findings'][number]): string {
  return `${oracle}: ${seen}`;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
