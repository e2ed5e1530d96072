import { until } from '../support/until.ts';
import { words } from './narrator.ts';
import type { Setting } from './setting.ts';
import { isReady, POLICY_NAME } from './setup.ts';
import type { PolicyObject } from './setup.ts';
import { TAMPERINGS } from './tampering.ts';

const REPAIRS = 'jsonpath={range .status.drift.lastRepairs[*]}{.kind} by {.actor}: {.namespace} {.slot}{"\\n"}{end}';
/** What the excerpt shows. */
const EXCERPT =
  /^(parapet_(namespaces|drift_open|drift_repaired_total|api_connections_total|repair_duration_seconds_(sum|count))|leader_election_master_status)\b/;

/** The policy's columns and status, the postures, the Events. */
export async function showReports({ narrator, witness }: Setting): Promise<string> {
  const policy = await until('the repairs in the policy’s status', () => {
    const live = witness.latest('ClusterSecurityPolicy', '', POLICY_NAME) as PolicyObject | undefined;
    return live !== undefined && isReady(live) && hasEveryRepair(live) ? live : undefined;
  });
  await narrator.kubectl(words('get clustersecuritypolicies --output=wide'));
  await narrator.kubectl(['get', 'clustersecuritypolicy', POLICY_NAME, `--output=${REPAIRS}`]);
  await narrator.kubectl(words('get namespacepostures --all-namespaces'));
  await narrator.kubectl(words('get events --namespace=demo-shop --field-selector=reason=Repaired'));
  const { namespaces, drift } = policy.status ?? {};
  return `Ready, ${namespaces?.summary} compliant, ${drift?.open} drifts open, ${drift?.lastRepairs?.length} repairs on record`;
}

/** An excerpt of /metrics. */
export async function showMetrics({ narrator, operator }: Setting): Promise<string> {
  const lines = (await operator.metrics()).split('\n').filter((line) => EXCERPT.test(line));
  narrator.shown(`curl --silent ${await operator.metricsUrl()} | grep -E '^(parapet|leader)_'`, lines.join('\n'));
  const repaired = sum(lines.filter((line) => line.startsWith('parapet_drift_repaired_total')));
  if (repaired < TAMPERINGS.length) throw new Error(`parapet_drift_repaired_total counts ${repaired}`);
  const connections = sum(lines.filter((line) => line.startsWith('parapet_api_connections_total')));
  return `${repaired} repairs counted, over ${connections} connections`;
}

function hasEveryRepair({ status }: PolicyObject): boolean {
  const repairs = status?.drift?.lastRepairs ?? [];
  return TAMPERINGS.every(({ namespace, kind, name, drift, actor }) =>
    repairs.some(
      (repair) =>
        repair.namespace === namespace &&
        repair.slot === `${kind}/${name}` &&
        repair.kind === drift &&
        repair.actor === actor,
    ),
  );
}

function sum(lines: readonly string[]): number {
  return lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
}
