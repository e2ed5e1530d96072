import { once } from 'node:events';
import { messageOf } from '../src/errors.ts';
import { grantException } from './demo/exception.ts';
import { Narrator } from './demo/narrator.ts';
import { welcomeNamespace } from './demo/newcomer.ts';
import { meetStranger, seeWidening } from './demo/others.ts';
import { showPlan } from './demo/pull-request.ts';
import { showMetrics, showReports } from './demo/reports.ts';
import type { Setting } from './demo/setting.ts';
import { applyPolicy, prepare, startParapet } from './demo/setup.ts';
import { setStage } from './demo/stage.ts';
import type { Stage } from './demo/stage.ts';
import { TAMPERINGS, tamper } from './demo/tampering.ts';
import { Witness } from './demo/witness.ts';
import type { OperatorProcess } from './support/operator-process.ts';

const STEPS = {
  cluster: 'A real control plane',
  install: 'What Parapet needs, and a few namespaces',
  start: 'Parapet starts, under its own ServiceAccount',
  policy: 'A policy',
  reports: 'What Parapet reports',
  metrics: 'Metrics',
  newcomer: 'A new namespace',
  stranger: 'An object that was there before',
  widening: 'Somebody opens what is closed, with an object of his own',
  exception: 'A way out for a while',
  plan: 'A change, before it is merged',
};

const { KEEP: keep = '', KUBECONFIG_DEMO: existing = '' } = process.env;

/** Whatever has to be ended at the end, in the order in which it was begun. */
const endings: (() => unknown)[] = [];

const narrator = new Narrator([
  STEPS.cluster,
  STEPS.install,
  STEPS.start,
  STEPS.policy,
  ...TAMPERINGS.map(({ title }) => title),
  STEPS.reports,
  STEPS.metrics,
  STEPS.newcomer,
  STEPS.stranger,
  STEPS.widening,
  STEPS.exception,
  STEPS.plan,
]);

const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const outcome = await Promise.race([play(), interrupted.then(() => 'interrupted' as const)]);
    if (outcome === 'interrupted') return 130;
    const whole = narrator.summary();
    if (keep !== '') await stayUntilInterrupted(outcome);
    return whole ? 0 : 1;
  } catch (error) {
    narrator.summary();
    process.stderr.write(`\nthe demo failed: ${messageOf(error)}\n`);
    return 1;
  } finally {
    for (const end of endings.toReversed()) await end();
  }
}

async function play(): Promise<Setting> {
  const stage = await openStage();
  await narrator.step(STEPS.install, () => prepare(narrator, stage));
  const operator = await openOperator(stage);
  const witness = new Witness(stage.client);
  endings.push(() => witness.close());
  const setting = { narrator, stage, witness, operator };
  await narrator.step(STEPS.policy, () => applyPolicy(setting));
  for (const tampering of TAMPERINGS) await narrator.step(tampering.title, () => tamper(tampering, setting));
  await narrator.step(STEPS.reports, () => showReports(setting));
  await narrator.step(STEPS.metrics, () => showMetrics(setting));
  await narrator.step(STEPS.newcomer, () => welcomeNamespace(setting));
  await narrator.step(STEPS.stranger, () => meetStranger(setting));
  await narrator.step(STEPS.widening, () => seeWidening(setting));
  await narrator.step(STEPS.exception, () => grantException(setting));
  await narrator.step(STEPS.plan, () => showPlan(setting));
  return setting;
}

async function openStage(): Promise<Stage> {
  let stage: Stage | undefined;
  await narrator.step(STEPS.cluster, async () => {
    stage = await setStage(existing === '' ? undefined : existing);
    endings.push(stage.strike);
    narrator.kubeconfig = stage.kubeconfig;
    return stage.described;
  });
  return stage as Stage;
}

async function openOperator(stage: Stage): Promise<OperatorProcess> {
  let operator: OperatorProcess | undefined;
  await narrator.step(STEPS.start, async () => {
    const started = await startParapet(narrator, stage);
    operator = started;
    endings.push(() => started.stop());
    await started.working();
    await started.ready();
    return 'it leads, and its caches are synced';
  });
  return operator as OperatorProcess;
}

async function stayUntilInterrupted({ stage, operator }: Setting): Promise<void> {
  const metricsUrl = await operator.metricsUrl();
  narrator.say(`
All of it goes on running. In another terminal:

  export KUBECONFIG=${stage.kubeconfig}
  hack/bin/kubectl get clustersecuritypolicies,namespacepostures --all-namespaces
  hack/bin/kubectl edit networkpolicy parapet-default-deny --namespace demo-shop
  curl ${metricsUrl}

Ctrl-C, or kill ${process.pid}, stops it and takes everything away.`);
  await interrupted;
}
