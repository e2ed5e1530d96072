import { stringify } from 'yaml';

/** A file below the project root. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Makes files from code: the same ones at every call. */
export type Producer = () => readonly GeneratedFile[];

/** One YAML file with these documents. */
export function yamlFile(path: string, documents: readonly unknown[]): GeneratedFile {
  const texts = documents.map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }));
  return {
    path,
    content: `# Written by hack/generate.ts: change the code, then run make generate.\n${texts.join('---\n')}`,
  };
}

/**
 * A kustomization that lists these files of its own folder. Its name has no extension, so that `kubectl apply -f` of the
 * folder passes it by.
 */
export function kustomization(folder: string, files: readonly GeneratedFile[]): GeneratedFile {
  const resources = files.map(({ path }) => path.slice(folder.length + 1));
  return yamlFile(`${folder}/Kustomization`, [
    { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources },
  ]);
}
