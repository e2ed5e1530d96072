import { readdirSync, readFileSync } from 'node:fs';
import { inProject } from '../../../hack/support/paths.ts';
import type { AuditEntry } from '../../../hack/support/audit-log.ts';
import { parseAllDocuments } from 'yaml';
import type { ObjectRef } from './api-client.ts';

/** The smallest thing RBAC can grant: one verb on one resource, of one name where the rule has names. */
export interface Right {
  readonly role: ObjectRef;
  readonly group: string;
  /** With its subresource: `securityexceptions/status`. */
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
}

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Document {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

const FOLDER = inProject('config/rbac');
const documents = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => parseAllDocuments(readFileSync(`${FOLDER}/${file}`, 'utf8')))
  .map((document) => document.toJS() as Document);

/** All that config/rbac grants the operator for its own work; what policies may grant is not among it. */
export const grantedRights: readonly Right[] = documents
  .filter(({ subjects = [] }) => subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === 'parapet'))
  .flatMap((binding) => documents.filter((role) => isBound(binding, role)))
  .flatMap(rightsOf);

/** What the sample ClusterRoles in config/rbac let policies grant. */
export const grantableRights: readonly Right[] = documents
  .filter(({ metadata }) => metadata.name.startsWith('parapet-grantable-'))
  .flatMap(rightsOf);

function isBound({ roleRef, metadata }: Document, role: Document): boolean {
  if (roleRef?.kind !== role.kind || roleRef.name !== role.metadata.name) return false;
  return role.metadata.namespace === undefined || role.metadata.namespace === metadata.namespace;
}

function rightsOf({ apiVersion, kind, metadata, rules = [] }: Document): readonly Right[] {
  const role = { apiVersion, kind, ...metadata };
  return rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          (resourceNames ?? [undefined]).map((name) => ({ role, group, resource, verb, ...(name && { name }) })),
        ),
      ),
    ),
  );
}

/** `patch networkpolicies`, `get services kube-system/kube-dns`. */
export function spelledRight({ verb, resource, name, role: { namespace } }: Right): string {
  const where = [namespace, name].filter((part) => part !== undefined).join('/');
  return where === '' ? `${verb} ${resource}` : `${verb} ${resource} ${where}`;
}

/** The right that a request needs, of those granted; undefined where none covers it. */
export function rightFor({ verb, objectRef = {} }: AuditEntry): Right | undefined {
  const { apiGroup = '', resource = '', subresource, namespace, name } = objectRef;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return grantedRights.find(
    (right) =>
      right.verb === verb &&
      right.group === apiGroup &&
      right.resource === full &&
      (right.name === undefined || right.name === name) &&
      (right.role.namespace === undefined || right.role.namespace === namespace),
  );
}
