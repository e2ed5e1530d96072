import { escapePointer } from '../semantics/json-pointer.ts';
import type { Json } from '../slots/kube-object.ts';
import type { Desired } from '../slots/slot-kind.ts';
import { childAnnotations, childLabels } from './desired-object.ts';
import { attribute, diffJson } from './diff.ts';
import type { FieldDiff, PatchOperation } from './namespace-plan.ts';
import type { LiveObject } from './snapshot.ts';

/** Differences in the members that are ours whole; metadata is left out. */
export function contentDiffs(desired: Desired, live: LiveObject): readonly FieldDiff[] {
  const members = [...new Set([...Object.keys(desired.content), ...Object.keys(live.content)])].sort();
  const differences = members.flatMap((member) =>
    diffJson(desired.content[member], live.content[member], `/${member}`),
  );
  return attribute(differences, live.managedFields ?? []);
}

/** Differences in the labels and the annotation that are ours; others' are tolerated. */
export function metadataDiffs(desired: Desired, live: LiveObject): readonly FieldDiff[] {
  const differences = metadataMaps(desired, live).flatMap(({ path, wanted, present }) =>
    Object.keys(wanted).flatMap((key) => diffJson(wanted[key], present[key], `${path}/${escapePointer(key)}`)),
  );
  return attribute(differences, live.managedFields ?? []);
}

/**
 * The operations that mend the differences: whole members (`add` replaces, and works on an absent one), and of the
 * metadata only our own keys, so that others' labels stay. The edge prepends the version preconditions.
 */
export function patchOperations(
  desired: Desired,
  live: LiveObject,
  diffs: readonly FieldDiff[],
): readonly PatchOperation[] {
  const members = new Set(diffs.map((diff) => diff.pointer.split('/')[1] ?? ''));
  members.delete('metadata');
  return [
    ...[...members].map((member): PatchOperation => ({
      op: 'add',
      path: `/${member}`,
      value: desired.content[member] ?? [],
    })),
    ...metadataMaps(desired, live).flatMap(({ path, wanted, present }) => mapOperations(path, wanted, present)),
  ];
}

interface MetadataMap {
  readonly path: string;
  readonly wanted: Readonly<Record<string, Json>>;
  readonly present: Readonly<Record<string, Json>>;
}

function metadataMaps(desired: Desired, live: LiveObject): readonly MetadataMap[] {
  return [
    { path: '/metadata/labels', wanted: childLabels(desired.name), present: live.labels },
    { path: '/metadata/annotations', wanted: childAnnotations(desired.policies), present: live.annotations },
  ];
}

/** The whole map where none is there: JSON Patch can't add a key to an absent map. */
function mapOperations(
  path: string,
  wanted: MetadataMap['wanted'],
  present: MetadataMap['present'],
): readonly PatchOperation[] {
  const missing = Object.entries(wanted).filter(([key, value]) => present[key] !== value);
  if (missing.length === 0) return [];
  if (Object.keys(present).length === 0) return [{ op: 'add', path, value: wanted }];
  return missing.map(([key, value]) => ({ op: 'add', path: `${path}/${escapePointer(key)}`, value }));
}
