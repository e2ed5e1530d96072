import { allCrds } from '../../src/api/crds.ts';
import { kustomization, yamlFile } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';

/** `crds/`: one file per CustomResourceDefinition, and a kustomization. */
export function crdFiles(): readonly GeneratedFile[] {
  const crds = allCrds();
  const files = crds.map((crd) => yamlFile(`crds/${crd.metadata.name}.yaml`, [crd]));
  return [...files, kustomization('crds', files)];
}
