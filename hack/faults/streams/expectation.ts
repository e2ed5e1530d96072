import type { KubeObject } from '../../../src/slots/kube-object.ts';
import type { Finding } from '../oracles.ts';
import type { Reference } from '../reference.ts';
import { creationsAndDeletions } from '../run-record.ts';
import type { RunRecord } from '../run-record.ts';
import { TENANTS } from './stream-scenarios.ts';
import type { StreamScenario } from './stream-scenarios.ts';

/** Where a scenario has to end that is not one of the references itself. */
export function expectationOf({ name, like = name }: StreamScenario, references: readonly Reference[]): Reference {
  const found = references.find(({ scenario }) => scenario === like);
  if (found === undefined) throw new Error(`nobody knows where ${name} has to end: there is no reference of ${like}`);
  return found;
}

/** What a run is judged by. On the way to where it ends the operator may create and delete more, or less, for what it saw. */
export function measureFor({ netZero, opens }: StreamScenario, expected: Reference, record: RunRecord): Reference {
  if (netZero !== true) return expected;
  const own = Object.entries(creationsAndDeletions(record));
  const mayGo = ([call]: readonly [string, number]): boolean =>
    opens === true || !/^delete .*\/parapet-default-deny$/.test(call);
  return { ...expected, commits: Object.fromEntries(own.filter(mayGo)) };
}

/** The objects as they would be without the tenant's: what he has put there that must stay is his. */
export function withoutTenants(objects: readonly KubeObject[], { squatted }: StreamScenario): readonly KubeObject[] {
  if (squatted === undefined) return objects;
  return objects.flatMap((object) => {
    if (idOf(object) !== squatted.slot) return object;
    if (squatted.untouched) return [];
    const { whose: _, ...labels } = object.metadata.labels ?? {};
    return { ...object, metadata: { ...object.metadata, labels } };
  });
}

/** Nothing decided on the object that was there before may hit the tenant's: it has another uid. */
export function tenantFindings({ squatted }: StreamScenario, objects: readonly KubeObject[]): readonly Finding[] {
  if (squatted === undefined) return [];
  const { slot, untouched } = squatted;
  const found = objects.find((object) => idOf(object) === slot);
  if (found?.metadata.labels?.['whose'] !== TENANTS.whose) {
    return [{ oracle: 'played', seen: `${slot} was the tenant's, and is ${found === undefined ? 'gone' : 'another'}` }];
  }
  const writers = (found.metadata.managedFields ?? []).map(({ manager }) => manager);
  if (!untouched || !writers.includes('parapet')) return [];
  return [{ oracle: 'played', seen: `${slot} is the tenant's, and was written to` }];
}

function idOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name}`;
}
