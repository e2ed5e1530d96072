import { SCENARIOS } from '../scenarios.ts';
import type { Plan } from '../plan.ts';
import { operatorFaults } from './operator-faults.ts';
import type { StreamFault } from './stream-fault.ts';
import { STREAM_SCENARIOS } from './stream-scenarios.ts';
import type { StreamScenario } from './stream-scenarios.ts';
import { WATCHED, watchFaults } from './watch-faults.ts';

/** Plans that run side by side on one operator: the same fault at the same watches, one world for each scenario. */
export interface StreamGroup {
  readonly fault: StreamFault;
  /** The plurals whose watches it is about; none for a fault that knows no difference. */
  readonly kinds: readonly string[];
  readonly scenarios: readonly StreamScenario[];
}

/** What only a new list can show is tried with what leaves no trace as well. */
const HIDING = /^gone/;
/** Under these what is deleted and created again is between two events. */
const BETWEEN: ReadonlySet<string> = new Set(['held', 'gone-in-stream']);
/** So many kinds fall silent together: each is noticed by itself, and the others stay fresh. */
const SILENT_AT_ONCE = 3;

/** Every fault of every watch in every scenario, and those of the operator as a whole. */
export const STREAM_GROUPS: readonly StreamGroup[] = [
  ...watchFaults.flatMap((fault) => placesOf(fault).map((kinds) => ({ fault, kinds, scenarios: scenariosOf(fault) }))),
  ...watchFaults.filter(({ name }) => BETWEEN.has(name)).flatMap(recreating),
  ...operatorFaults.map((fault) => ({ fault, kinds: [], scenarios: SCENARIOS })),
];

/** `drift-delete/watch networkpolicies/held`, `create/operator/paused`. */
export function streamPlan({ fault, kinds }: StreamGroup, scenario: StreamScenario): Plan {
  const call = kinds.length === 0 ? 'operator' : `watch ${kinds.join('+')}`;
  return { id: `${scenario.name}/${call}/${fault.name}`, scenario: scenario.name, call, kind: fault.name };
}

/** The plans of all groups. */
export function enumerateStreamPlans(): readonly Plan[] {
  return STREAM_GROUPS.flatMap((group) => group.scenarios.map((scenario) => streamPlan(group, scenario)));
}

/** The groups with no more than these plans in them. */
export function groupsOf(plans: readonly Plan[]): readonly StreamGroup[] {
  const asked = new Set(plans.map(({ id }) => id));
  return STREAM_GROUPS.map((group) => ({
    ...group,
    scenarios: group.scenarios.filter((scenario) => asked.has(streamPlan(group, scenario).id)),
  })).filter(({ scenarios }) => scenarios.length > 0);
}

function placesOf({ name }: StreamFault): readonly (readonly string[])[] {
  if (name !== 'blackhole') return WATCHED.map((kind) => [kind]);
  const together = WATCHED.length / SILENT_AT_ONCE;
  return Array.from({ length: together }, (_, index) => WATCHED.filter((__, at) => at % together === index));
}

function scenariosOf({ name }: StreamFault): readonly StreamScenario[] {
  return STREAM_SCENARIOS.filter(
    ({ kinds, netZero }) => kinds === undefined && (netZero === undefined || HIDING.test(name)),
  );
}

function recreating(fault: StreamFault): readonly StreamGroup[] {
  return WATCHED.map((kind) => ({
    fault,
    kinds: [kind],
    scenarios: STREAM_SCENARIOS.filter(({ kinds }) => kinds?.includes(kind)),
  })).filter(({ scenarios }) => scenarios.length > 0);
}
