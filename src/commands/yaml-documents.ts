import { stringify } from 'yaml';

/** Values as YAML documents that kubectl reads: quoted where its parser, of YAML 1.1, would see a boolean or number. */
export function yamlDocuments(values: readonly unknown[]): string {
  const options = { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 } as const;
  return values.map((value) => stringify(value, options)).join('---\n');
}
