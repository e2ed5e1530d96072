import { POSTURE_NAME, postureResource } from '../../../src/api/resources.ts';
import { wholeKinds } from '../../../src/slots/object-kinds.ts';
import { NOT_EXEMPT } from './exempt.ts';
import { celText } from './guard.ts';
import type { Guard } from './guard.ts';
import { askFor, holds } from './verbs.ts';

/** In a deletecollection, such as that of a dying namespace, the request has no name: the object always has. */
const NAME = `(object != null ? object : oldObject).metadata.?name.orValue('')`;

/**
 * Names `parapet-*` are Parapet's: nobody else creates, changes or deletes what bears them. The reports, which are the
 * record of whose an object is, are kept by the same rule.
 */
export const tamperGuard: Guard = {
  name: 'tamper',
  resources: [...wholeKinds.map(({ resource }) => resource), postureResource],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  when: {
    ...NOT_EXEMPT,
    'ours-by-name': `${NAME}.startsWith('parapet-') || (request.resource.resource == ${celText(postureResource.plural)} && ${NAME} == ${celText(POSTURE_NAME)})`,
  },
  validations: [
    {
      expression: holds('break-glass'),
      what: `request.operation + ' of ' + request.resource.resource + '/' + ${NAME} + ' in namespace ' + request.namespace + ' is refused, since names parapet-* are kept by Parapet'`,
      next: `use another name; to change what a policy wrote, change the ClusterSecurityPolicy that "kubectl get nsposture parapet -o yaml" names, or ask for a SecurityException; in an emergency ${askFor('break-glass')}`,
    },
  ],
};
