import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { loadNow, machine, versionsIn } from '../bench/results.ts';
import type { Versions } from '../bench/results.ts';
import { makeWorld, namesOf } from '../bench/world.ts';
import { each } from '../support/each.ts';
import { faultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { startOperator } from '../support/operator-process.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { inProject } from '../support/paths.ts';
import { until } from '../support/until.ts';
import { Api } from './api.ts';
import { Auditor, SELECTED } from './auditor.ts';
import { Churn } from './churn.ts';
import { Disturber } from './disturber.ts';
import { evidence } from './evidence.ts';
import type { Evidence } from './evidence.ts';
import { judge, MISSED_MS } from './incidents.ts';
import type { Verdict } from './incidents.ts';
import { sample } from './samples.ts';
import type { Sample } from './samples.ts';

export interface Settings {
  readonly minutes: number;
  readonly namespaces: number;
  readonly perSecond: number;
  /** The operator stands still the whole time: to see that the auditor notices. */
  readonly stopped: boolean;
}

/** What docs/results/soak.json holds. */
export interface Results {
  /** RFC 3339. */
  readonly date: string;
  readonly machine: string;
  readonly loadBefore: number;
  readonly versions: Versions;
  readonly minutes: number;
  readonly namespaces: number;
  readonly perSecond: number;
  readonly tamperings: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly disturbances: Readonly<Record<string, number>>;
  /** What the half-open watches were of. */
  readonly halfOpen: readonly string[];
  readonly verdict: Omit<Verdict, 'missed'>;
  readonly missed: number;
  /** Of the first that were missed. */
  readonly evidence: readonly Evidence[];
  /** What was wrong, by kind of object and of wrongness, and how often. */
  readonly incidents: Readonly<Record<string, number>>;
  readonly overtaken: number;
  /** Namespaces whose report doesn't say Compliant at the end. */
  readonly untrueReports: number;
  /** Whether the operator was the same process to the end. */
  readonly exited: boolean;
  /** The operator's log lines of level error, by message. */
  readonly errors: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
}

export type Tell = (text: string) => void;

const MOST_EVIDENCE = 20;
const POLICY = 'soak';
const POLICIES = '/apis/parapet.dev/v1alpha1/clustersecuritypolicies';

/** The whole soak, on a control plane of its own. */
export async function soak(settings: Settings, tell: Tell): Promise<Results> {
  const about = { date: new Date().toISOString(), machine: machine(), loadBefore: loadNow() };
  const world = await makeWorld({ [POLICY]: settings.namespaces });
  const proxy = await faultProxy(world.operatorKubeconfig);
  const api = await Api.of(world.controlPlane.kubeconfig);
  const auditor = new Auditor(api, `${POLICY}-`);
  try {
    const kubeconfig = join(world.controlPlane.dir, 'proxied.kubeconfig');
    await proxy.writeKubeconfig(kubeconfig);
    const operator = await startOperator({ kubeconfig });
    try {
      await settle(api, settings.namespaces, auditor);
      tell(`${settings.namespaces} namespaces converged`);
      const found = await underChurn({
        settings,
        tell,
        api,
        auditor,
        operator,
        auditLog: world.controlPlane.auditLog,
        disturber: new Disturber(proxy, Math.random),
      });
      return { ...about, versions: await versionsIn(world), ...shape(settings), ...found };
    } finally {
      await operator.kill();
    }
  } finally {
    await auditor.end();
    await api.close();
    await proxy.close();
    await world.end();
  }
}

function shape({ minutes, namespaces, perSecond }: Settings): Pick<Results, 'minutes' | 'namespaces' | 'perSecond'> {
  return { minutes, namespaces, perSecond };
}

/** Creates the policy and waits until it is kept everywhere; the auditor knows from then on what has to be. */
async function settle(api: Api, namespaces: number, auditor: Auditor): Promise<void> {
  const names = namesOf(POLICY, namespaces);
  await each(names, 8, (name) =>
    api.call('PATCH', `/api/v1/namespaces/${name}`, { metadata: { labels: { [SELECTED]: 'true' } } }),
  );
  const policy = parse(await readFile(inProject('hack/soak/policy.yaml'), 'utf8')) as object;
  await api.call('POST', POLICIES, policy);
  await until('every namespace to be compliant', () => isCompliant(api, namespaces), {
    deadlineMs: 600_000,
    everyMs: 500,
  });
  await auditor.start();
  auditor.learn(names[0] ?? '');
}

interface Setting {
  readonly settings: Settings;
  readonly tell: Tell;
  readonly api: Api;
  readonly auditor: Auditor;
  readonly operator: OperatorProcess;
  readonly disturber: Disturber;
  readonly auditLog: string;
}

type Found = Omit<Results, 'date' | 'machine' | 'loadBefore' | 'versions' | 'minutes' | 'namespaces' | 'perSecond'>;

async function underChurn(setting: Setting): Promise<Found> {
  const { settings, tell, api, auditor, operator, disturber } = setting;
  const { namespaces, perSecond } = settings;
  const stop = new AbortController();
  const churn = new Churn({
    api,
    auditor,
    policy: POLICY,
    perSecond,
    random: Math.random,
    namespaces: namesOf(POLICY, namespaces),
  });
  if (settings.stopped) operator.signal('SIGSTOP');
  const sampling = settings.stopped ? Promise.resolve([]) : sample(operator, stop.signal);
  const work = Promise.all([churn.run(stop.signal), disturber.run(stop.signal)]);
  for (let minute = 1; minute <= settings.minutes; minute += 1) {
    await Promise.race([delay(60_000), work]);
    tell(`minute ${minute}: ${auditor.incidents.length} repaired, ${auditor.open().length} open`);
  }
  stop.abort();
  const samples = await sampling;
  await work;
  const patience = { deadlineMs: MISSED_MS + 10_000, everyMs: 200 };
  await until('everything to be right', () => auditor.open().length === 0, patience).catch((error: unknown) => {
    tell(String(error));
  });
  const all = auditor.all();
  const { missed, ...verdict } = judge(all, performance.now());
  const untrueReports = settings.stopped ? 0 : await countUntrueReports(api, namespaces);
  return {
    tamperings: Object.fromEntries(churn.counts),
    refused: churn.refused,
    disturbances: Object.fromEntries(disturber.counts),
    halfOpen: disturber.halfOpen,
    verdict,
    missed: missed.length,
    evidence: await evidence(api, setting.auditLog, missed.slice(0, MOST_EVIDENCE)),
    incidents: countBy(all, ({ kind, wrong }) => `${kind} ${wrong}`),
    overtaken: auditor.overtaken,
    untrueReports,
    exited: operator.ended() !== undefined,
    errors: countBy(
      operator.logs.filter(({ level }) => level === 'error'),
      ({ message }) => message,
    ),
    samples,
  };
}

/** Reports follow repairs by a moment; after that they have to be true. */
async function countUntrueReports(api: Api, namespaces: number): Promise<number> {
  const count = async (): Promise<number> => {
    const { body } = await api.call<{ readonly items: readonly Report[] }>(
      'GET',
      '/apis/parapet.dev/v1alpha1/namespacepostures',
    );
    const compliant = body.items.filter(({ summary }) => summary.state === 'Compliant').length;
    return namespaces - compliant + ((await isCompliant(api, namespaces)) ? 0 : 1);
  };
  await until('every report to be true', async () => (await count()) === 0, { everyMs: 500 }).catch(() => undefined);
  return count();
}

interface Report {
  readonly summary: { readonly state: string };
}

interface PolicyReport {
  readonly status?: { readonly namespaces?: { readonly summary?: string } };
}

async function isCompliant(api: Api, namespaces: number): Promise<boolean> {
  const { body } = await api.call<PolicyReport>('GET', `${POLICIES}/${POLICY}`);
  return body.status?.namespaces?.summary === `${namespaces}/${namespaces}`;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
