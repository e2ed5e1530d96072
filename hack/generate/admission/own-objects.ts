import { exceptionResource, policyResource } from '../../../src/api/resources.ts';
import { namespaceResource } from '../../../src/slots/kube-object.ts';
import { celText } from './guard.ts';
import type { Guard } from './guard.ts';
import { askFor, holds } from './verbs.ts';

/** Status has a subresource of its own, and finalizers are metadata: neither is asked about. */
const SPEC_CHANGES = { 'spec-changes': 'oldObject == null || object.spec != oldObject.spec' };

const PREFIX = celText('parapet.dev/');
const LABELS_OF = (object: string): string => `${object}.metadata.?labels.orValue({})`;

/** A policy that holds roles, before or after the change, grants what its author may not hold. */
export const grantGuard: Guard = {
  name: 'grant',
  resources: [policyResource],
  operations: ['CREATE', 'UPDATE'],
  when: { ...SPEC_CHANGES, 'holds-roles': eitherHas('spec.?roles') },
  validations: [
    {
      expression: holds('grant', 'object.metadata.name'),
      what: `'ClusterSecurityPolicy ' + object.metadata.name + ' holds spec.roles (now or before this change), which grant permissions'`,
      next: `take the roles into a policy of their own, or ${askFor('grant')}`,
    },
  ],
};

/** Labels choose which policies a namespace is under and how large it may be. Removing one is a change as well. */
export const relabelGuard: Guard = {
  name: 'relabel',
  resources: [namespaceResource],
  // Both let labels through.
  subresources: ['status', 'finalize'],
  operations: ['CREATE', 'UPDATE'],
  variables: {
    before: `oldObject == null ? {} : ${LABELS_OF('oldObject')}`,
    after: LABELS_OF('object'),
    changed: [
      `variables.after.filter(key, key.startsWith(${PREFIX}) && (!(key in variables.before) || variables.before[key] != variables.after[key]))`,
      `variables.before.filter(key, key.startsWith(${PREFIX}) && !(key in variables.after))`,
    ].join(' + '),
  },
  validations: [
    {
      expression: `variables.changed.size() == 0 || ${holds('relabel')}`,
      what: `'label ' + variables.changed[0] + (variables.changed.size() > 1 ? ' (and ' + string(variables.changed.size() - 1) + ' more)' : '') + ' of Namespace ' + object.metadata.name + ' decides which policies it is under'`,
      next: `leave labels parapet.dev/* as they are, or ${askFor('relabel')}`,
    },
  ],
};

/** An exception takes a posture away for a while; one that overrides roles grants as a policy does. */
export const exceptGuard: Guard = {
  name: 'except',
  resources: [exceptionResource],
  operations: ['CREATE', 'UPDATE'],
  when: SPEC_CHANGES,
  validations: [
    {
      expression: holds('except'),
      what: `'SecurityException ' + object.metadata.name + ' would take a posture away'`,
      next: `propose it by pull request, or ${askFor('except')}`,
    },
    {
      expression: `!(${eitherHas('spec.?override.?roles')}) || ${holds('grant')}`,
      what: `'SecurityException ' + object.metadata.name + ' holds spec.override.roles (now or before this change), which grant permissions'`,
      next: `leave the roles out, or ${askFor('grant')}`,
    },
  ],
};

function eitherHas(member: string): string {
  return `object.${member}.hasValue() || (oldObject != null && oldObject.${member}.hasValue())`;
}
