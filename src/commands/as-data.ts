import { yamlDocuments } from './yaml-documents.ts';

/** A result for programs to read. */
export function asData(result: unknown, format: 'json' | 'yaml'): string {
  return format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : yamlDocuments([result]);
}
