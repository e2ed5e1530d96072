import { NAME, NAMESPACE } from '../operator-identity.ts';
import { celTexts } from './guard.ts';

/**
 * Who keeps Kubernetes and Parapet going: the operator, and of kube-controller-manager what empties namespaces, collects
 * garbage and rewrites what is stored. By its own name where its controllers have no ServiceAccounts each.
 */
const EXEMPT = [
  `system:serviceaccount:${NAMESPACE}:${NAME}`,
  'system:kube-controller-manager',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:storage-version-migrator-controller',
];

/** A match condition: the request is somebody else's. */
export const NOT_EXEMPT = { 'somebody-else': `!(request.userInfo.username in ${celTexts(EXEMPT)})` };
