import { readManifests } from '../manifests/read-manifests.ts';
import type { Change, NamespacePlan } from '../plan/namespace-plan.ts';
import { dueSlots } from '../plan/order.ts';
import { plan } from '../plan/plan.ts';
import { emptyNamespace } from '../plan/snapshot.ts';
import type { KubeObject } from '../slots/kube-object.ts';
import { exceptionsOf, standingUnder, toldInactive } from './exceptions-of.ts';
import { InputError } from './input-error.ts';
import type { Terminal } from './main.ts';
import { namespaceOf } from './namespace-of.ts';
import { platformOf, toldAssumptions } from './known-platform.ts';
import { policiesOf } from './policies-of.ts';
import { protectedBy } from './protected-namespaces.ts';
import type { RenderFlags } from './render-command.ts';
import { yamlDocuments } from './yaml-documents.ts';

/** The objects an empty namespace would get, in the order the operator writes them. */
export async function render(flags: RenderFlags, { out, err }: Terminal): Promise<number> {
  const manifests = await readManifests(flags.filename);
  const policies = policiesOf(manifests).map(({ policy }) => policy);
  if (policies.length === 0) throw new InputError([`parapet: no policy in ${flags.filename.join(', ')}`]);
  const platform = await platformOf(flags);
  const protectedNamespaces = protectedBy(flags.protectedNamespaces);
  const written = exceptionsOf(manifests);
  const standing = standingUnder(flags, Date.now());
  const exceptions = written.filter((exception) => standing(exception) === 'active');
  const cluster = { policies, exceptions, platform: platform.facts, protectedNamespaces };
  const planned = plan(emptyNamespace(namespaceOf(manifests, flags.namespace), cluster));
  const lines = [...toldAssumptions(platform, policies), ...toldInactive(written, standing), ...notesOn(planned)];
  for (const line of lines) err(`parapet: ${line}\n`);
  out(yamlDocuments(dueSlots(planned).flatMap(({ change }) => manifestOf(change))));
  return 0;
}

/** Fields of an object that isn't ours are a manifest of their own, for a server-side apply on whatever version. */
function manifestOf(change: Change): readonly KubeObject[] {
  if (change.action === 'create') return [change.object];
  if (change.action !== 'apply') return [];
  const { uid, resourceVersion, ...metadata } = change.object.metadata;
  void [uid, resourceVersion];
  return [{ ...change.object, metadata }];
}

/** Why there may be less than expected. */
function notesOn({ namespace, matched, audits, conflicts }: NamespacePlan): readonly string[] {
  return [
    ...(matched.length === 0 ? [`no policy selects ${namespace}`] : []),
    ...audits.map(
      ({ policy }) => `${policy} selects ${namespace} but writes nothing: it is suspended or in Audit mode`,
    ),
    ...conflicts.map(({ slot, policy, winner }) => `${policy} loses ${slot} to ${winner} at the same priority`),
  ];
}
