import { networkGuard } from './admission/broad-networks.ts';
import { roleBindingGuard, roleGuard } from './admission/broad-roles.ts';
import { guardDocuments } from './admission/guard.ts';
import type { Guard } from './admission/guard.ts';
import { exceptGuard, grantGuard, relabelGuard } from './admission/own-objects.ts';
import { tamperGuard } from './admission/tamper.ts';
import { verbRole } from './admission/verbs.ts';
import type { GuardVerb } from './admission/verbs.ts';
import { kustomization, yamlFile } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

/** A folder that is installed by itself, `kubectl apply -k`. */
interface Component {
  readonly folder: string;
  readonly guards: readonly Guard[];
  readonly verbs: readonly GuardVerb[];
}

const COMPONENTS: readonly Component[] = [
  {
    folder: 'config/admission',
    guards: [grantGuard, relabelGuard, exceptGuard],
    verbs: ['grant', 'relabel', 'except', 'break-glass'],
  },
  { folder: 'config/admission/tamper', guards: [tamperGuard], verbs: [] },
  { folder: 'config/admission/widening', guards: [networkGuard, roleGuard, roleBindingGuard], verbs: [] },
];

/** `config/admission/`: what no permission can say, said by ValidatingAdmissionPolicies. */
export function admissionFiles(): readonly GeneratedFile[] {
  return COMPONENTS.flatMap(componentFiles);
}

function componentFiles({ folder, guards, verbs }: Component): readonly GeneratedFile[] {
  const files = guards.map((guard) => yamlFile(`${folder}/${guard.name}.yaml`, guardDocuments(guard)));
  const roles = verbs.length === 0 ? [] : [yamlFile(`${folder}/cluster-roles.yaml`, verbs.map(verbRole))];
  const all = [...files, ...roles];
  return [...all, kustomization(folder, all)];
}
