import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import type { AuditedRequest } from '../audited-request.ts';
import { leftBehind } from '../left-behind.ts';
import { POLICY } from '../phase.ts';
import type { Settings } from '../settings.ts';
import { Subject } from '../subject.ts';
import { makeWorld } from '../world.ts';
import type { World } from '../world.ts';
import { converge } from './convergence.ts';
import type { Convergence } from './convergence.ts';
import { repaired, tamper, tamperings } from './repair.ts';
import type { Repair, Tampering } from './repair.ts';

/** Tamperings in namespaces that were converged before, while all the others start up. */
export interface Startup {
  readonly repairs: readonly Repair[];
  /** Under these tamperings: not what is compared with the null writer. */
  readonly convergence: Convergence;
}

const PROBE = 'probe';
const PROBES = 200;
/** Every object of the five kinds once. */
const MOST = 5 * PROBES;
/** About 200 tamperings while so many namespaces converge, wherever that takes more than a few seconds. */
const EVERY_MS_PER_NAMESPACE = 0.08;
const AT_LEAST_EVERY_MS = 100;

/** In a world of its own, so that the tamperings are no burden on what else is measured. */
export async function measureStartup(settings: Settings): Promise<Startup> {
  const world = await makeWorld({ [POLICY]: settings.namespaces, [PROBE]: PROBES });
  const subject = new Subject(world, settings.nodeFlags);
  try {
    await subject.start();
    await converge(world, subject, PROBE, PROBES);
    await subject.settled(PROBE, PROBES);
    return await underTamperings(world, subject, settings.namespaces);
  } finally {
    await subject.stop();
    await world.end();
  }
}

async function underTamperings(world: World, subject: Subject, count: number): Promise<Startup> {
  const targets = tamperings(await leftBehind(world.admin, PROBE), MOST);
  const tail = await world.tail();
  const over = new AbortController();
  const done: { readonly tampering: Tampering; readonly at: number }[] = [];
  const tampered = tamperUntil(over.signal, Math.max(AT_LEAST_EVERY_MS, count * EVERY_MS_PER_NAMESPACE), async () => {
    const target = targets[done.length];
    if (target === undefined) return;
    await tamper(world.admin, target);
    done.push({ tampering: target, at: Date.now() });
  });
  const convergence = await converge(world, subject, POLICY, count);
  over.abort();
  await tampered;
  const since: AuditedRequest[] = [];
  const during = done.filter(({ at }) => at < convergence.endedAt);
  await until(
    'the repairs of all tamperings',
    async () => {
      since.push(...(await tail.read()).filter(({ writes, namespace }) => writes && namespace.startsWith(PROBE)));
      return during.every(({ tampering: one }) => repaired(since, one) !== undefined);
    },
    { deadlineMs: 60_000, everyMs: 100, cause: () => unrepaired(since, during) },
  );
  return { convergence, repairs: during.flatMap(({ tampering: one }) => repaired(since, one) ?? []) };
}

function unrepaired(since: readonly AuditedRequest[], done: readonly { readonly tampering: Tampering }[]): string {
  const missing = done.map(({ tampering }) => tampering).filter((one) => repaired(since, one) === undefined);
  return missing.map(({ target, action }) => `${action} of ${target.namespace}/${target.name}`).join(', ');
}

/** Does it again and again, the first time after one interval. */
async function tamperUntil(over: AbortSignal, everyMs: number, once: () => Promise<void>): Promise<void> {
  for (;;) {
    await delay(everyMs);
    if (over.aborted) return;
    await once();
  }
}
