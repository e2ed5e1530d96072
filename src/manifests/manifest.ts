import type { KubeObject } from '../slots/kube-object.ts';

/** Where something stands in a file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One object of a file, and where it and its fields stand. */
export interface Manifest extends Position {
  readonly object: KubeObject;
  /** Where a field stands, by its path as kubectl prints it; of an absent one, the member that lacks it. */
  positionOf(fieldPath: string): Position;
}

/** What can't be read as manifests: the file, the place and why. */
export class ManifestError extends Error {
  constructor(position: Partial<Position> & Pick<Position, 'file'>, reason: string) {
    super(`${spelledPosition(position)}: ${reason}`);
    this.name = 'ManifestError';
  }
}

/** `policies/base.yaml:12:3`, as compilers and editors write it. */
export function spelledPosition({ file, line, column }: Partial<Position> & Pick<Position, 'file'>): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
