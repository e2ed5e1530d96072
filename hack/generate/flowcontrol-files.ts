import { LEASE } from '../../src/kube/lease-record.ts';
import { kustomization, yamlFile } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';
import { LABELS, NAME, NAMESPACE } from './operator-identity.ts';

const FOLDER = 'config/flowcontrol';

/**
 * The lowest number that matches decides. Kubernetes' own `system-leader-election` has 100; what would take the operator's
 * calls otherwise, `service-accounts`, has 9000.
 */
const PRECEDENCE = 200;

/**
 * `config/flowcontrol/`: how the API server is to treat the operator's calls when it has too much to do. Renewals of the
 * Lease go with the control plane's own; everything else stays where service accounts are, behind whose queue a renewal
 * could miss its deadline.
 */
export function flowcontrolFiles(): readonly GeneratedFile[] {
  const files = [yamlFile(`${FOLDER}/leader-election.yaml`, [leaderElection()])];
  return [...files, kustomization(FOLDER, files)];
}

/** A FlowSchema knows no object names: in this namespace the operator may touch no Lease but its own. */
function leaderElection(): unknown {
  const leases = { apiGroups: [LEASE.group], resources: [LEASE.plural], verbs: ['get', 'create', 'update'] };
  const subject = { kind: 'ServiceAccount', serviceAccount: { name: NAME, namespace: NAMESPACE } };
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 'parapet-leader-election', labels: LABELS },
    spec: {
      priorityLevelConfiguration: { name: 'leader-election' },
      matchingPrecedence: PRECEDENCE,
      distinguisherMethod: { type: 'ByUser' },
      rules: [{ subjects: [subject], resourceRules: [{ ...leases, namespaces: [NAMESPACE] }] }],
    },
  };
}
