import { spelledPosition } from '../manifests/manifest.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { KubeObject, Resource } from '../slots/kube-object.ts';
import { InputError } from './input-error.ts';

/** Whether an object is of a kind, in whatever version. */
export function isOf(object: KubeObject, resource: Resource): boolean {
  return object.kind === resource.kind && groupOf(object) === resource.group;
}

/** The API group; empty for the core's. */
export function groupOf({ apiVersion }: KubeObject): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Throws where two manifests are of the same object: nobody could say which of them counts. */
export function refuseTwins(manifests: readonly Manifest[]): void {
  const first = new Map<string, Manifest>();
  for (const manifest of manifests) {
    const { kind, metadata } = manifest.object;
    const key = [kind, metadata.namespace ?? '', metadata.name].join('/');
    const earlier = first.get(key);
    if (earlier !== undefined) {
      const spelled = `${kind}/${metadata.name}`;
      throw new InputError([
        `${spelledPosition(manifest)}: ${spelled} is also at ${spelledPosition(earlier)}: give the files that are applied together, and no others`,
      ]);
    }
    first.set(key, manifest);
  }
}
