import { expect } from 'chai';
import fc from 'fast-check';
import { decodePolicy } from '../../src/api/decode-policy.ts';
import type { Policy } from '../../src/api/policy.ts';
import { policyResource } from '../../src/api/resources.ts';
import { applyChanges } from '../../src/controller/apply-changes.ts';
import { writePosture } from '../../src/controller/write-posture.ts';
import { applyChange, writeStatus } from '../../src/kube/apply.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { Change } from '../../src/plan/namespace-plan.ts';
import type { Outcome } from '../../src/plan/outcome.ts';
import { recordOf } from '../../src/plan/record.ts';
import { posture } from '../../src/status/posture.ts';
import { settle } from '../../src/status/settle.ts';
import type { KubeObject } from '../../src/slots/kube-object.ts';
import { World } from '../plan/world.ts';
import { hostileWorld } from './hostile-worlds.ts';
import type { HostileWorld } from './hostile-worlds.ts';
import { objection } from './judge.ts';
import type { Grounds, WrittenRequest } from './judge.ts';
import { actsOn } from './naive-selection.ts';
import { recordingServer } from './recording-server.ts';

const POLICIES = 10_000;
/** Of about three policies each. */
const WORLDS = 4_000;
const NOW = '2026-01-01T00:00:00Z';
/** No object can be called so: the request is not sent at all. */
const UNSENDABLE = /^(|\.|\.\.)$|[\ud800-\udfff]/;

interface Judged {
  readonly request: WrittenRequest;
  readonly grounds: Grounds;
}

/** Everything that the operator would send for a world, with what it may have been sent for. */
async function requestsIn({ namespaces, strangers, rounds }: HostileWorld): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const decoded = rounds.map((policies) => policies.map(decodePolicy));
  for (const namespace of namespaces) {
    const { name, labels = {} } = namespace.metadata;
    const world = new World([], labels, name);
    const theirs = strangers.filter(({ metadata }) => metadata.namespace === name);
    for (const stranger of theirs) world.put(stranger, 'mallory');
    for (const [index, policies] of decoded.entries()) {
      const { client, requests } = recordingServer();
      await reconcile(world, policies, client);
      const grounds = groundsOf(namespace, theirs, rounds.slice(0, index + 1));
      judged.push(...requests.map((request) => ({ request, grounds })));
    }
  }
  return judged;
}

/** A namespace's plan, written; its report; and the policies' status. */
async function reconcile(world: World, policies: readonly Policy[], client: KubeClient): Promise<void> {
  world.policies = policies;
  const write = (change: Change): Promise<Outcome> => sent(world.name, () => applyChange(client, change));
  const planned = world.plan();
  const outcomes = await applyChanges(planned, async (change) => {
    const outcome = await write(change);
    if (outcome.result === 'done') world.apply(change);
    return outcome;
  });
  world.record = world.plan().slots.map(recordOf);
  const content = posture({ report: settle(planned, outcomes), detected: NOW, now: NOW });
  await writePosture(world.name, undefined, content, write);
  for (const { name, uid } of policies) {
    const target = { resource: policyResource, namespace: '', name, uid, resourceVersion: '1' };
    await sent(name, () => writeStatus(client, target, {}));
  }
}

/** What can't be put into a URL is refused before anything is sent, and nothing else is. */
async function sent(name: string, send: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await send();
  } catch (error) {
    if (!UNSENDABLE.test(name)) throw error;
    return { result: 'refused', cause: 'invalid', message: 'not sent' };
  }
}

function groundsOf(namespace: KubeObject, strangers: readonly KubeObject[], rounds: HostileWorld['rounds']): Grounds {
  const is = (name: string): boolean => name === namespace.metadata.name;
  const isSelectedBy = (policies: readonly KubeObject[]): boolean =>
    policies.some((policy) => actsOn(policy, namespace));
  const [now, ever] = [isSelectedBy(rounds.at(-1) ?? []), rounds.some(isSelectedBy)];
  return {
    selected: (name) => is(name) && now,
    wasSelected: (name) => is(name) && ever,
    saysItIsOurs: (name) =>
      strangers.some(({ metadata }) => metadata.name === name && metadata.labels?.['parapet.dev/slot'] === name),
    policies: (rounds.at(-1) ?? []).map(({ metadata }) => metadata.name),
  };
}

/** `POST roles`. */
function spelled({ method, target }: WrittenRequest): string {
  const [, namespaced, ours] = /\/namespaces\/[^/]+\/([a-z]+)|\/v1alpha1\/(clustersecuritypolicies)/.exec(target) ?? [];
  return `${method} ${namespaced ?? ours}`;
}

describe('Policies, namespaces and objects that mean harm', function () {
  this.timeout(180_000);
  const seen = new Map<string, number>();
  let policies = 0;

  it('make Parapet write nothing but its own kinds, where policies select, within any ceiling, at whole URLs', async () => {
    const property = fc.asyncProperty(hostileWorld, async (world) => {
      policies += world.rounds.flat().length;
      for (const { request, grounds } of await requestsIn(world)) {
        const against = objection(request, grounds);
        if (against !== undefined) throw new Error(`${request.method} ${request.target}: ${against}`);
        seen.set(spelled(request), (seen.get(spelled(request)) ?? 0) + 1);
      }
    });
    await fc.assert(property, { numRuns: WORLDS });
    expect(policies).to.be.at.least(POLICIES);
  });

  it('were tried with writes of every kind, often', () => {
    const kinds = ['networkpolicies', 'resourcequotas', 'limitranges', 'roles', 'rolebindings'];
    for (const kind of kinds) {
      expect(seen.get(`POST ${kind}`), `POST ${kind}`).to.be.above(500);
      expect(seen.get(`PATCH ${kind}`), `PATCH ${kind}`).to.be.above(0);
      expect(seen.get(`DELETE ${kind}`), `DELETE ${kind}`).to.be.above(0);
    }
    expect(seen.get('PATCH serviceaccounts')).to.be.above(100);
    expect(seen.get('PATCH clustersecuritypolicies')).to.be.above(POLICIES / 2);
    expect(seen.get('POST namespacepostures')).to.be.above(1000);
  });
});
