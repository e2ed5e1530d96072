import type { Json, KubeObject } from '../../src/slots/kube-object.ts';
import { nameless } from './world.ts';
import type { World } from './world.ts';

/** What a world holds, as it can be compared with another's: by `Kind/name`, without names, uids, versions and times. */
export type Snapshot = Readonly<Record<string, Json>>;

/** Members that differ between two worlds that are alike. */
const PASSING: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'observedGeneration',
  'resourceVersion',
  'selfLink',
]);
/** Members that hold a uid or a time: that there is one counts, not which. */
const OPAQUE: ReadonlySet<string> = new Set(['deletionTimestamp', 'lastTransitionTime', 'since', 'uid']);
/**
 * What was repaired lately. A repair whose outcome nobody learnt is not claimed, so it may be missing here; that it was
 * made shows in the objects, and how often in the proxy's log.
 */
const HISTORY: ReadonlySet<string> = new Set(['lastDetectedTime', 'lastRepairs', 'recentRepairs']);

/** @param objects those of Parapet's kinds that lie in the world, its namespace and its policy */
export function snapshotOf(objects: readonly KubeObject[], world: World): Snapshot {
  const entries = objects.map((object) => {
    const key = nameless(`${object.kind}/${object.metadata.name}`, world);
    return [key, JSON.parse(nameless(JSON.stringify(comparable(object)), world)) as Json] as const;
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function comparable(object: KubeObject): unknown {
  // Of a quota it is kube-controller-manager's, and of an account or a namespace whoever looks after those.
  const { status, ...rest } = object;
  return stripped(object.kind === 'ClusterSecurityPolicy' ? { ...rest, status } : rest);
}

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !PASSING.has(name) && !HISTORY.has(name));
  return Object.fromEntries(
    members
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, OPAQUE.has(name) ? '(some)' : stripped(member)]),
  );
}

/** Where two snapshots differ, one line each; empty where they don't. */
export function differences(expected: Snapshot, actual: Snapshot): readonly string[] {
  return differing('', expected, actual);
}

function differing(path: string, expected: Json | undefined, actual: Json | undefined): readonly string[] {
  if (isList(expected) && isList(actual) && expected.length === actual.length) {
    return expected.flatMap((each, index) => differing(`${path}[${index}]`, each, actual[index]));
  }
  if (isMap(expected) && isMap(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return names.flatMap((name) => differing(`${path}.${name}`, expected[name], actual[name]));
  }
  const [wanted, found] = [JSON.stringify(expected), JSON.stringify(actual)];
  return wanted === found ? [] : [`${path.slice(1)}: ${brief(found)} in place of ${brief(wanted)}`];
}

function isMap(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function brief(text: string | undefined): string {
  return (text ?? 'nothing').slice(0, 300);
}
