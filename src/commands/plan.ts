import type { SecurityException } from '../api/exception.ts';
import type { Policy } from '../api/policy.ts';
import { clusterRolesOf } from '../controller/view.ts';
import { readManifests } from '../manifests/read-manifests.ts';
import { planMarkdown } from '../output/plan-markdown.ts';
import { planTable } from '../output/plan-table.ts';
import { isEmpty } from '../output/preview.ts';
import type { Preview } from '../output/preview.ts';
import { asFinalized } from '../plan/deletion.ts';
import { relabelled } from '../plan/relabelled.ts';
import { rehearse } from '../plan/rehearse.ts';
import { emptyNamespace } from '../plan/snapshot.ts';
import type { NamespaceSnapshot } from '../plan/snapshot.ts';
import type { NamespaceFacts } from '../slots/slot-kind.ts';
import { boundedValue } from '../status/bounds.ts';
import { asData } from './as-data.ts';
import { snapshotsOf } from './cluster-state.ts';
import type { ClusterState } from './cluster-state.ts';
import { exceptionsOf, overlaidExceptions, standingUnder, toldInactive } from './exceptions-of.ts';
import { InputError } from './input-error.ts';
import type { Terminal } from './main.ts';
import type { Comparison } from './namespace-preview.ts';
import { namespacesOf } from './namespace-of.ts';
import { writeOutputs } from './outputs.ts';
import type { PlanFlags, PlanFormat } from './plan-command.ts';
import { policiesOf } from './policies-of.ts';
import { previewOf } from './preview.ts';
import { protectedBy } from './protected-namespaces.ts';
import { stateOf } from './state-of.ts';

const EXIT = { unchanged: 0, changed: 1, detailedChanged: 2 };

/** Compares the cluster under its policies with the cluster under those of the files, and shows the difference. */
export async function plan(flags: PlanFlags, { out, err }: Terminal): Promise<number> {
  const files = await readManifests(flags.filename);
  const written = policiesOf(files);
  const namespaces = namespacesOf(files);
  const excepted = exceptionsOf(files);
  if (written.length + namespaces.length + excepted.length === 0) {
    throw new InputError([`parapet: neither policy, exception nor namespace in ${flags.filename.join(', ')}`]);
  }
  const state = await stateOf(flags, err, { written: written.map(({ policy }) => policy) });
  const current = state.view.policies.list('').map(({ policy }) => policy);

  const overlaid = overlay(
    current,
    written.map(({ policy }) => policy),
  );
  const comparisons = comparisonsOf(state, flags, {
    policies: overlaid,
    exceptions: activeOverlay(state, excepted, { flags, err }),
    namespaces,
  });
  const preview = previewOf({ comparisons, written, current });
  await writeOutputs(flags.output, (format) => rendered(preview, format), { out, fallback: 'table' });
  if (isEmpty(preview)) return EXIT.unchanged;
  return flags.detailedExitcode === true ? EXIT.detailedChanged : EXIT.changed;
}

/** By name: a file's policy takes the place of the cluster's. */
function overlay(current: readonly Policy[], written: readonly Policy[]): readonly Policy[] {
  const byName = new Map(current.map((policy) => [policy.name, policy]));
  for (const policy of written) {
    // Applying a file does not call off a deletion.
    const { uid, deleting, finalized } = byName.get(policy.name) ?? policy;
    byName.set(policy.name, asFinalized({ ...policy, uid, deleting, finalized }));
  }
  return [...byName.values()];
}

interface Telling {
  readonly flags: PlanFlags;
  readonly err: Terminal['err'];
}

/** The exceptions that cover something once the files are applied; why others don't is told. */
function activeOverlay(
  { view, now }: ClusterState,
  written: readonly SecurityException[],
  { flags, err }: Telling,
): readonly SecurityException[] {
  const standing = standingUnder(flags, now);
  const current = view.exceptions.list('').map(({ exception }) => exception);
  const overlaid = overlaidExceptions(current, written);
  const names = new Set(written.map(({ name }) => name));
  const ofFiles = overlaid.filter(({ name }) => names.has(name));
  for (const line of toldInactive(ofFiles, standing)) err(`parapet: ${line}\n`);
  return overlaid.filter((exception) => standing(exception) === 'active');
}

interface Overlay {
  readonly policies: readonly Policy[];
  readonly exceptions: readonly SecurityException[];
  readonly namespaces: readonly NamespaceFacts[];
}

/**
 * A cluster is compared as it is. Files seldom hold what the operator wrote: there both sides start from where the
 * policies of now lead.
 */
function comparisonsOf(
  state: ClusterState,
  flags: PlanFlags,
  { policies, exceptions, namespaces }: Overlay,
): readonly Comparison[] {
  const snapshots = snapshotsOf(state, flags);
  const settled = flags.manifests === undefined ? snapshots : snapshots.map(rehearse);
  const labelsOf = new Map(namespaces.map((namespace) => [namespace.name, namespace.labels]));
  const existing = settled.map((before): Comparison => {
    const labels = labelsOf.get(before.namespace.name);
    const after = labels === undefined ? before : relabelled(before, { ...before.namespace.labels, ...labels });
    return { before, after: { ...after, policies, exceptions } };
  });
  const known = new Set(settled.map(({ namespace }) => namespace.name));
  const added = namespaces.filter(({ name }) => !known.has(name));
  return [
    ...existing,
    ...added.map((namespace) => ({ after: newNamespace(namespace, state, { policies, exceptions, flags }) })),
  ];
}

function newNamespace(
  namespace: NamespaceFacts,
  { platform, view }: ClusterState,
  { policies, exceptions, flags }: Pick<Overlay, 'policies' | 'exceptions'> & Pick<Telling, 'flags'>,
): NamespaceSnapshot {
  const protectedNamespaces = protectedBy(flags.protectedNamespaces);
  const clusterRoles = clusterRolesOf(view);
  const { facts } = platform;
  return emptyNamespace(namespace, { policies, exceptions, platform: facts, protectedNamespaces, clusterRoles });
}

function rendered(preview: Preview, format: PlanFormat): string {
  switch (format) {
    case 'table':
      return planTable(preview, boundedValue);
    case 'markdown':
      return planMarkdown(preview, boundedValue);
    default:
      return asData(preview, format);
  }
}
